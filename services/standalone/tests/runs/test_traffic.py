"""What is said of a bus that is away."""

from pathlib import Path

import pytest

from biorl.chassis.errors import TryLater
from biorl.standalone.errors import RunFailedError
from biorl.standalone.runs import traffic
from biorl.standalone.runs.plan import Plan
from biorl.standalone.runs.workspace import workspace


@pytest.mark.parametrize(
    ("own", "says"), [(False, "start it, or give --bootstrap"), (True, "while biorl demo or biorl up does")]
)
def test_a_kafka_that_does_not_answer_is_told_with_what_to_do(
    own: bool, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_config: object) -> None:
        raise TryLater("no broker")

    monkeypatch.setattr(traffic, "open_bus", away)  # a real client would try for half a minute
    plan = Plan("perturbation.direction", "SimA", bus="kafka", bootstrap_servers="kafka:9092", own_broker=own)
    with (
        pytest.raises(RunFailedError, match=f"no Kafka answers at kafka:9092; .*{says}"),
        traffic.opened(plan, workspace("demo", tmp_path)),
    ):
        pass
