"""Batches across calls: one question to the model for all the claims that wait at the same time.

There is no thread of its own: whoever comes first asks for all who have come by then, and hands the lead to the next in
line. A batch that raises is asked again call by call, so that nobody suffers for another's claims.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock

from biorl.questions.question import Claim
from biorl.soft_verifier.domain.belief import Belief
from biorl.soft_verifier.serving.loading import Batching

Believe = Callable[[Sequence[Claim]], Sequence[Belief]]


@dataclass(slots=True)
class _Call:
    claims: Sequence[Claim]
    told: Event = field(default_factory=Event)
    """It has its answer, or the lead."""
    beliefs: Sequence[Belief] | None = None
    error: Exception | None = None

    @property
    def is_answered(self) -> bool:
        return self.beliefs is not None or self.error is not None


class Batcher:
    """Safe to call from several threads; that is what it is for."""

    def __init__(self, believe: Believe, batching: Batching) -> None:
        self._believe, self._batching = believe, batching
        self._waiting: deque[_Call] = deque()
        self._lock = Lock()
        self._has_leader = False

    def believe(self, claims: Sequence[Claim]) -> Sequence[Belief]:
        """As the model would. Raises what the model raises of these claims."""
        call = _Call(claims)
        if not self._leads(call):
            call.told.wait()
        if not call.is_answered:
            self._lead()
        if call.error is not None:
            raise call.error
        assert call.beliefs is not None  # noqa: S101 - the leader's own call is the first of its batch
        return call.beliefs

    def _leads(self, call: _Call) -> bool:
        with self._lock:
            self._waiting.append(call)
            leads, self._has_leader = not self._has_leader, True
            return leads

    def _lead(self) -> None:
        """Asks for those who wait, itself among them, and hands over."""
        if self._batching.wait_s:
            time.sleep(self._batching.wait_s)
        batch = self._taken()
        try:
            self._answer(batch)
        finally:
            self._hand_over()
            for call in batch:
                call.told.set()

    def _taken(self) -> list[_Call]:
        with self._lock:
            batch = [self._waiting.popleft()]
            total = len(batch[0].claims)
            while self._waiting and total + len(self._waiting[0].claims) <= self._batching.max_claims:
                batch.append(self._waiting.popleft())
                total += len(batch[-1].claims)
            return batch

    def _hand_over(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting[0].told.set()
            else:
                self._has_leader = False

    def _answer(self, batch: Sequence[_Call]) -> None:
        claims = list(dict.fromkeys(claim for call in batch for claim in call.claims))
        try:
            known = dict(zip(claims, self._believe(claims), strict=True))
            for call in batch:
                call.beliefs = [known[claim] for claim in call.claims]
        except Exception as error:  # noqa: BLE001 - handed to whom it belongs
            if len(batch) == 1:
                batch[0].error = error
                return
            for call in batch:
                self._answer([call])
