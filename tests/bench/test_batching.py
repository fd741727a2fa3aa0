"""Claims of many callers at once, asked each for itself or in batches across calls: torch in process, and Triton.

Prints beliefs a second and the time of a call. Every claim is new, so that nothing is answered from memory.
"""

import itertools
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools" / "triton"), str(ROOT / "services" / "soft-verifier" / "tests" / "served")]

from served_networks import settings_of, write_torch, write_triton  # noqa: E402 - lies on the path just made
from triton_fixtures import require_triton  # noqa: E402
from triton_server import TritonServer  # noqa: E402

from biorl.questions.question import PerturbationClaim  # noqa: E402
from biorl.soft_verifier.__main__ import behind  # noqa: E402
from biorl.soft_verifier.config import KserveConfig, TorchConfig  # noqa: E402
from biorl.soft_verifier.service import Choice, Verification, load  # noqa: E402
from biorl.soft_verifier.serving.loading import Batching  # noqa: E402
from biorl.soft_verifier.testing import (  # noqa: E402
    FAMILIES,
    FAMILY_SIZE,
    READOUTS,
    MemoryArtifacts,
    RecordingObserver,
    annotation,
    claim,
    gene,
    shift_screen,
)
from biorl.soft_verifier.training import calibrate  # noqa: E402
from biorl.soft_verifier.verifiers import VERIFIERS  # noqa: E402
from biorl.soft_verifier.verifiers.served_model import Behind  # noqa: E402

pytestmark = pytest.mark.bench
CALLERS, CALLS = 32, 3000
GENES = [gene(family, member) for family in range(FAMILIES) for member in range(FAMILY_SIZE)]


def claims() -> Iterator[PerturbationClaim]:
    """Pairs of genes and a readout: more than are asked, none twice."""
    for readout, (one, other) in itertools.product(range(READOUTS), itertools.combinations(GENES, 2)):
        plain = claim(one, f"READ{readout:02d}")
        yield PerturbationClaim((one, other), plain.readout, plain.context, plain.outcome)


def measure(opened: Behind, batching: Batching | None) -> tuple[float, float]:
    """(beliefs a second, median seconds of a call)"""
    store = MemoryArtifacts()
    calibrate("theirs", shift_screen(), annotation(), store, opened)
    choice = Choice("theirs", behind=opened, batching=batching)
    verification = Verification(load([choice], VERIFIERS, store), RecordingObserver())

    def ask(asked: PerturbationClaim) -> float:
        started = time.perf_counter()
        assert verification.predict("theirs", [asked])[0].probability is not None
        return time.perf_counter() - started

    started = time.perf_counter()
    with ThreadPoolExecutor(CALLERS) as pool:
        seconds = list(pool.map(ask, itertools.islice(claims(), CALLS)))
    return CALLS / (time.perf_counter() - started), float(np.median(seconds))


def report(where: str, opened: Behind) -> None:
    for name, batching in (("alone", None), ("in batches", Batching()), ("waiting 2 ms", Batching(wait_s=0.002))):
        rate, median = measure(opened, batching)
        print(f"{where:>18} {name:>14}: {rate:8.0f} beliefs/s, {1000 * median:6.1f} ms a call")  # noqa: T201


@pytest.mark.parametrize("form", ["pair"])
def test_torch_in_process(tmp_path: Path, form: str) -> None:
    weights = write_torch(form, tmp_path / "network.safetensors")
    report("torch", behind(settings_of(form, tmp_path, torch=TorchConfig(weights=weights))))


@pytest.mark.triton
def test_triton(tmp_path: Path) -> None:
    require_triton()
    with TritonServer(write_triton(tmp_path / "models"), tmp_path) as server:
        kserve = KserveConfig(url=server.url, model="pair")
        report("Triton", behind(settings_of("pair", tmp_path, kserve=kserve)))
