"""How long to wait before the same work is tried again. Pure but for its dice."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Doubles from what the failure asked for, up to `max_s`, with full jitter above half."""

    max_s: float = 30.0

    def delay_s(self, asked_s: float, attempt: int) -> float:
        """Seconds before attempt `attempt` + 1; `attempt` counts from 0."""
        whole = min(self.max_s, asked_s * 2.0 ** min(attempt, 30))
        return whole * random.uniform(0.5, 1.0)
