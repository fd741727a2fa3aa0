# /// script
# requires-python = ">=3.11"
# dependencies = ["grpcio-tools==1.80.0", "setuptools<81"]
# ///
"""Generates proto/gen from proto/biorl (`make proto`); with --check, fails when the committed code has drifted.

The generator is pinned to the oldest runtime that biorl supports: newer generated code does not import beside
tritonclient, which holds protobuf below 7.
"""

import filecmp
import shutil
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

from grpc_tools import protoc

PROTO = Path(__file__).resolve().parent.parent / "proto"


def generate(into: Path) -> None:
    sources = sorted(str(path.relative_to(PROTO)) for path in (PROTO / "biorl").rglob("*.proto"))
    into.mkdir(parents=True, exist_ok=True)
    well_known = files("grpc_tools").joinpath("_proto")
    outputs = [f"--python_out={into}", f"--pyi_out={into}"]
    run(["protoc", f"-I{PROTO}", f"-I{well_known}", *outputs, *sources])
    with_services = [source for source in sources if "\nservice " in (PROTO / source).read_text()]
    run(["protoc", f"-I{PROTO}", f"-I{well_known}", f"--grpc_python_out={into}", *with_services])


def run(command: list[str]) -> None:
    if protoc.main(command) != 0:
        sys.exit("protoc failed: see above")


def differences(left: Path, right: Path) -> list[str]:
    names = {
        path.relative_to(base) for base in (left, right) for path in base.rglob("*_pb2*.py*") if path.suffix != ".pyc"
    }
    return sorted(str(name) for name in names if not same(left / name, right / name))


def same(left: Path, right: Path) -> bool:
    return left.exists() and right.exists() and filecmp.cmp(left, right, shallow=False)


def main() -> None:
    committed = PROTO / "gen"
    if "--check" not in sys.argv:
        shutil.rmtree(committed, ignore_errors=True)
        generate(committed)
        return
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder))
        drifted = differences(committed, Path(folder))
    if drifted:
        sys.exit("proto/gen has drifted from proto/biorl; run `make proto`:\n  " + "\n  ".join(drifted))


main()
