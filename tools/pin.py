"""Resolves the dependencies of all distributions into constraints.txt (`make pin`).

Takes the folders of the distributions. The file holds versions only: no index address, so that it serves any mirror,
and is universal: markers choose by platform and Python version.
"""

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = str(Path(sys.executable).with_name("uv"))
HEADER = "# Every version that biorl is tested with. Made by `make pin`; holds no index addresses.\n"


def requirements(package: Path) -> list[str]:
    project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
    extras = [item for group in project.get("optional-dependencies", {}).values() for item in group]
    return [item for item in project["dependencies"] + extras if not item.startswith("biorl-")]


def development() -> list[str]:
    groups: dict[str, list[str]] = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    return ["uv>=0.9", *groups["dev"]]


def main() -> None:
    wanted = sorted({item for folder in sys.argv[1:] for item in requirements(ROOT / folder)} | set(development()))
    with tempfile.NamedTemporaryFile("w", suffix=".in") as source:
        source.write("\n".join(wanted))
        source.flush()
        command = [
            *(UV, "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"),
            *("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links", source.name),
        ]
        resolved = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    (ROOT / "constraints.txt").write_text(HEADER + resolved)


main()
