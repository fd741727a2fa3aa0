"""A candidate version that is asked too: compared, counted, logged, and never used.

It runs beside the answers, on one thread, and falls behind rather than hold anybody up: what it cannot take is counted
as dropped. Which claims it sees follows from their content, so a claim is always or never among them.
"""

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore

from biorl.soft_verifier.domain.belief import Source
from biorl.soft_verifier.domain.comparison import Comparison
from biorl.soft_verifier.ports import Observer

MOST_WAITING = 64
"""Batches that a candidate may be behind."""


class Candidate:
    """One candidate of one verifier."""

    def __init__(self, source: Source, share: float, observer: Observer) -> None:
        self._source, self._share, self._observer = source, share, observer
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="canary")
        self._room = BoundedSemaphore(MOST_WAITING)

    def is_chosen(self, content: object) -> bool:
        """By the digest of its text, which is the same on every replica."""
        place = int.from_bytes(hashlib.sha256(repr(content).encode()).digest()[:8], "big") / 2**64
        return place < self._share

    def show(self, num: int, compare: Callable[[], Sequence[Comparison]]) -> None:
        """Lets the candidate judge `num` things some time later."""
        if not num:
            return
        if not self._room.acquire(blocking=False):
            self._observer.canary_dropped(self._source, num)
            return
        try:
            self._pool.submit(self._compare, compare)
        except RuntimeError:  # closed meanwhile: a newer version has taken over
            self._room.release()
            self._observer.canary_dropped(self._source, num)

    def _compare(self, compare: Callable[[], Sequence[Comparison]]) -> None:
        try:
            self._observer.compared(self._source, compare())
        except Exception as error:  # noqa: BLE001 - a candidate's bug is told, and harms nobody
            self._observer.canary_failed(self._source, error)
        finally:
            self._room.release()

    def close(self, *, wait: bool = True) -> None:
        """Lets all that it was shown end; without `wait`, some time later."""
        self._pool.shutdown(wait=wait)
