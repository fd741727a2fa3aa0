"""A served model that is away, late or wrong is a status of each belief, and never a number."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from served_networks import settings_of, write_triton
from test_served_models import claim
from triton_fixtures import require_triton
from triton_server import TritonServer

from biorl.soft_verifier.__main__ import behind
from biorl.soft_verifier.config import KserveConfig
from biorl.soft_verifier.domain.belief import Belief, Status
from biorl.soft_verifier.service import Choice, Verification, load
from biorl.soft_verifier.testing import MemoryArtifacts, RecordingObserver, annotation, gene, shift_screen
from biorl.soft_verifier.training import calibrate
from biorl.soft_verifier.verifiers import VERIFIERS
from biorl.soft_verifier.verifiers.served_model import Behind

pytestmark = pytest.mark.triton
AWAY = [Belief(Status.ERROR, reason="model_unavailable")]
LATE = [Belief(Status.TIMEOUT, reason="model_timeout")]


def at(server: TritonServer, folder: Path, model: str = "shift", timeout_s: float = 5.0) -> Behind:
    kserve = KserveConfig(url=server.url, model=model, timeout_s=timeout_s)
    return behind(settings_of("shift", folder, kserve=kserve))


def serving(store: MemoryArtifacts, opened: Behind) -> Verification:
    return Verification(load([Choice("gears", behind=opened)], VERIFIERS, store), RecordingObserver())


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    """Whether it comes to hold in time."""
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def calibrated(opened: Behind) -> MemoryArtifacts:
    store = MemoryArtifacts()
    calibrate("gears", shift_screen(), annotation(), store, opened)
    return store


def test_a_server_that_goes_away_and_comes_back_is_asked_again(tmp_path: Path) -> None:
    require_triton()
    server = TritonServer(write_triton(tmp_path / "models"), tmp_path)
    with server:
        opened = at(server, tmp_path)
        verification = serving(calibrated(opened), opened)
        (before,) = verification.predict("gears", [claim(gene(0, 9))])
        server.stop()
        assert verification.predict("gears", [claim(gene(1, 9))]) == AWAY
        assert verification.predict("gears", [claim(gene(0, 9))]) == [before], "what was believed is remembered"
        server.start()
        assert within(10, lambda: verification.predict("gears", [claim(gene(1, 9))])[0].status is Status.SCORED)


def test_a_model_that_is_late_is_a_timeout_and_is_asked_again(triton: TritonServer, tmp_path: Path) -> None:
    store = calibrated(at(triton, tmp_path))
    verification = serving(store, at(triton, tmp_path, "slow", timeout_s=0.2))
    assert verification.predict("gears", [claim(gene(0, 9))]) == LATE
    patient = serving(store, at(triton, tmp_path, "slow"))
    assert patient.predict("gears", [claim(gene(0, 9))])[0].status is Status.SCORED


def test_a_model_that_the_server_does_not_have_is_away(triton: TritonServer, tmp_path: Path) -> None:
    verification = serving(calibrated(at(triton, tmp_path)), at(triton, tmp_path, "nobody"))
    assert verification.predict("gears", [claim(gene(0, 9))]) == AWAY
