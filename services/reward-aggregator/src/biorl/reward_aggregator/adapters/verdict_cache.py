"""A bounded memory of verdicts in this process: the least recently used one goes first.

Used from the event loop alone, so it needs no lock. A verdict is some hundred bytes; 200,000 of them are about 150 MB.
"""

from collections import OrderedDict

from biorl.reward_aggregator.domain.verdict import Verdict
from biorl.reward_aggregator.ports import VerdictKey


class LruVerdictCache:
    """Implements `VerdictCache`. A capacity of 0 remembers nothing."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._verdicts: OrderedDict[VerdictKey, Verdict] = OrderedDict()

    def __len__(self) -> int:
        return len(self._verdicts)

    def get(self, key: VerdictKey) -> Verdict | None:
        verdict = self._verdicts.get(key)
        if verdict is not None:
            self._verdicts.move_to_end(key)
        return verdict

    def put(self, key: VerdictKey, verdict: Verdict) -> None:
        self._verdicts[key] = verdict
        self._verdicts.move_to_end(key)
        while len(self._verdicts) > self._capacity:
            self._verdicts.popitem(last=False)
