"""The audit log on the bus, off the request path: a bounded queue and one thread that publishes.

A full queue drops the oldest waiting batch and counts it: an audit never slows or fails scoring. On a stop the thread
publishes what waits, for a bounded time.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Sequence

from biorl.chassis.bus.port import Message, Producer
from biorl.chassis.errors import TryLater
from biorl.reward.v1 import reward_pb2 as pb
from biorl.reward_aggregator.adapters import metrics
from biorl.reward_aggregator.adapters.wire import rollout_to_wire
from biorl.reward_aggregator.domain.rollout import ScoredRollout

logger = logging.getLogger(__name__)

BATCH = 500
HEADERS = {"message-type": pb.ScoredRollout.DESCRIPTOR.full_name.encode()}


class BusRewardLog:
    """Implements `RewardLog`."""

    def __init__(self, producer: Producer, topic: str, capacity: int) -> None:
        """`capacity` in rollouts."""
        self._producer = producer
        self._topic = topic
        self._waiting: deque[ScoredRollout] = deque(maxlen=capacity)
        self._news = threading.Condition()
        self._closing_at: float | None = None
        self._thread = threading.Thread(target=self._run, name="reward-log", daemon=True)
        self._thread.start()

    def record(self, rollouts: Sequence[ScoredRollout]) -> None:
        with self._news:
            room = (self._waiting.maxlen or 0) - len(self._waiting)
            metrics.AUDIT_DROPPED.inc(max(0, len(rollouts) - room))
            self._waiting.extend(rollouts)
            metrics.AUDIT_WAITING.set(len(self._waiting))
            self._news.notify()

    def close(self, patience_s: float) -> None:
        """Publishes what waits, for at most so long."""
        with self._news:
            self._closing_at = time.monotonic() + patience_s
            self._news.notify()
        self._thread.join(patience_s + 1.0)
        if self._waiting:
            logger.error("%d scored rollouts were not published", len(self._waiting))
        self._producer.close()

    def _run(self) -> None:
        while batch := self._next():
            messages = [
                Message(item.question_id.encode(), rollout_to_wire(item).SerializeToString(), HEADERS) for item in batch
            ]
            while not self._published(messages):
                if self._closing_at is not None and time.monotonic() > self._closing_at:
                    return

    def _next(self) -> list[ScoredRollout]:
        """Empty when closing and nothing waits."""
        with self._news:
            self._news.wait_for(lambda: self._waiting or self._closing_at is not None)
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            metrics.AUDIT_WAITING.set(len(self._waiting))
            return batch

    def _published(self, messages: list[Message]) -> bool:
        """Or given up: what the bus refuses for good is lost and counted, and the next batch has its chance."""
        try:
            self._producer.publish(self._topic, messages)
        except TryLater as later:
            logger.warning("the audit log waits: %s", later.reason)
            time.sleep(min(later.after_s, 1.0))
            return False
        except Exception:
            metrics.AUDIT_DROPPED.inc(len(messages))
            logger.exception("%d scored rollouts are lost to the audit", len(messages))
            return True
        metrics.AUDIT_PUBLISHED.inc(len(messages))
        return True
