"""What the log says of artifacts, and /metrics of verdicts."""

from collections.abc import Callable

import pytest
from prometheus_client import REGISTRY

from biorl.soft_verifier.adapters.metrics import Metrics
from biorl.soft_verifier.domain.belief import Source, Status, Verdict
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


def test_a_model_that_believes_the_same_of_all_claims_stands_in_one_bucket_whatever_was_answered() -> None:
    verdicts = [Verdict(Status.SCORED, score, probability=0.8, baseline=0.5) for score in (0.8, 0.2, 0.8)]
    Metrics().judged("collapsed", 1, iter(verdicts))
    assert [counted("collapsed", le) for le in ("0.75", "0.8", "1.0")] == [0, 3, 3]


def counted(verifier: str, le: str) -> float | None:
    name = "biorl_soft_verifier_probabilities_bucket"
    return REGISTRY.get_sample_value(name, {"verifier": verifier, "le": le})
