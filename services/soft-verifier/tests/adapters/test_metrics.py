"""What the log says of artifacts."""

from collections.abc import Callable

import pytest

from biorl.soft_verifier.adapters.metrics import Metrics
from biorl.soft_verifier.domain.belief import Source
from biorl.soft_verifier.ports import ArtifactUnusableError

SOURCE = Source("perturbation-knn", "1a2b", "3c4d")


@pytest.mark.parametrize(("error", "is_a_bug"), [(ArtifactUnusableError("damaged"), False), (TypeError("bug"), True)])
def test_a_damaged_artifact_is_a_line_at_every_look_and_a_bug_a_traceback(
    caplog: pytest.LogCaptureFixture, error: Exception, *, is_a_bug: bool
) -> None:
    Metrics().reload_failed("perturbation-knn", error)
    (record,) = caplog.records
    assert vars(record)["why"] == str(error)
    assert bool(record.exc_info) == is_a_bug


@pytest.mark.parametrize(
    ("tell", "event", "version"),
    [
        (Metrics.loaded, "verifier_loaded", "version"),
        (Metrics.canary_loaded, "canary_loaded", "candidate"),
        (Metrics.reloaded, "artifact_reloaded", "version"),
    ],
)
def test_whoever_serves_or_is_compared_is_a_line_with_version_and_digest(
    caplog: pytest.LogCaptureFixture, tell: Callable[[Metrics, Source], None], event: str, version: str
) -> None:
    caplog.set_level("INFO")
    tell(Metrics(), SOURCE)
    (record,) = caplog.records
    said = vars(record)
    assert record.getMessage() == event
    assert (said["verifier"], said[version], said["digest"]) == ("perturbation-knn", "1a2b", "3c4d")
