"""What to do while rewards cannot be had: wait and say so, or stop. Never invent one."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

logger = logging.getLogger(__name__)

FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 10.0

T = TypeVar("T")


class RewardsUnavailableError(RuntimeError):
    """No rewards can be had, and waiting was not asked for or has lasted too long."""


class AwayError(RuntimeError):
    """Not now; the message says why. Inside this package only: `Outage` makes of it what the caller asked for."""


def say_waiting(reason: str) -> None:
    logger.warning("waiting for rewards: %s", reason)


def say_resumed() -> None:
    logger.info("rewards are back")


@dataclass(frozen=True, slots=True)
class Outage:
    """What to do while rewards cannot be had."""

    on_outage: Literal["wait", "stop"] = "wait"
    patience_s: float = 3600.0
    """ "wait" gives up after so long."""
    on_waiting: Callable[[str], None] = say_waiting
    """Told the reason at every attempt, so that somebody can say so. What it raises ends the waiting."""
    on_resumed: Callable[[], None] = say_resumed
    """Told once when a wait is over."""

    async def ride_out(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """What `attempt` gives in the end. Raises RewardsUnavailableError as the policy says, and what `attempt` raises
        otherwise."""
        began, delay_s = time.monotonic(), FIRST_DELAY_S
        while True:
            try:
                given = await attempt()
            except AwayError as away:
                waited_s = time.monotonic() - began
                if self.on_outage == "stop" or waited_s + delay_s > self.patience_s:
                    raise RewardsUnavailableError(str(away)) from away
                self.on_waiting(str(away))
            else:
                if delay_s > FIRST_DELAY_S:
                    self.on_resumed()
                return given
            await asyncio.sleep(delay_s)
            delay_s = min(LONGEST_DELAY_S, delay_s * 1.5)
