"""Run events on the bus, and the gauges of what they tell. A bus that is away costs an event and never the run."""

import logging
import time

from biorl.chassis.bus.port import Message, Producer
from biorl.chassis.errors import TryLater
from biorl.rl_trainer.adapters.metrics import AUC_PER_GENE, LAST_CHECKPOINT, WAITING
from biorl.run.v1 import run_pb2 as pb

logger = logging.getLogger(__name__)


class BusDiary:
    def __init__(self, producer: Producer, topic: str, run_id: str, config_json: str, policy: str) -> None:
        self._producer = producer
        self._topic = topic
        self._run_id = run_id
        self._config_json = config_json
        self._policy = policy
        self._step = 0
        WAITING.labels(run_id).set(0)

    def started(self, digest: str, num_questions: int) -> None:
        self._tell(
            started=pb.Started(
                questions_digest=digest,
                num_questions=num_questions,
                policy=self._policy,
                config_json=self._config_json,
            )
        )

    def checkpointed(self, step: int, uri: str) -> None:
        self._step = step
        LAST_CHECKPOINT.labels(self._run_id).set_to_current_time()
        self._tell(checkpointed=pb.Checkpointed(step=step, uri=uri))

    def evaluated(self, stage: str, metrics: dict[str, float]) -> None:
        AUC_PER_GENE.labels(self._run_id, stage).set(metrics["auc_per_gene"])
        self._tell(evaluated=pb.Evaluated(step=self._step, stage=stage, metrics=metrics))

    def waiting(self, reason: str) -> None:
        logger.warning("training waits: %s", reason)
        WAITING.labels(self._run_id).set(1)
        self._tell(waiting=pb.Waiting(step=self._step, reason=reason))

    def resumed(self) -> None:
        WAITING.labels(self._run_id).set(0)

    def finished(self, outcome: str, reason: str = "") -> None:
        self._tell(finished=pb.Finished(step=self._step, outcome=outcome, reason=reason))

    def _tell(self, **event: pb.Started | pb.Checkpointed | pb.Evaluated | pb.Waiting | pb.Finished) -> None:
        message = pb.RunEvent(run_id=self._run_id, at_ms=time.time_ns() // 1_000_000, **event)  # type: ignore[arg-type]
        headers = {"message-type": pb.RunEvent.DESCRIPTOR.full_name.encode()}
        try:
            self._producer.publish(self._topic, [Message(self._run_id.encode(), message.SerializeToString(), headers)])
        except TryLater as later:
            logger.warning("a run event is lost: %s", later.reason)
