"""What the log says of artifacts."""

import pytest

from biorl.soft_verifier.adapters.metrics import Metrics
from biorl.soft_verifier.ports import ArtifactUnusableError


@pytest.mark.parametrize(("error", "is_a_bug"), [(ArtifactUnusableError("damaged"), False), (TypeError("bug"), True)])
def test_a_damaged_artifact_is_a_line_at_every_look_and_a_bug_a_traceback(
    caplog: pytest.LogCaptureFixture, error: Exception, *, is_a_bug: bool
) -> None:
    Metrics().reload_failed("perturbation-knn", error)
    (record,) = caplog.records
    assert vars(record)["why"] == str(error)
    assert bool(record.exc_info) == is_a_bug
