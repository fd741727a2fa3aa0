"""When a process that died is started again, and when that is given up. Pure: times are handed in."""

from dataclasses import dataclass, replace
from typing import Self

FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 15.0
STABLE_AFTER_S = 30.0
"""A process that ran for this long is taken for well; its earlier deaths are forgotten."""
MOST_DEATHS = 6
"""In a row, each before the process was stable; the next one is given up on."""
USAGE_ERROR = 2
"""Exit status of a process that cannot use its configuration, which starting again does not change. A port that was
taken is another status."""


@dataclass(frozen=True, slots=True)
class Restarts:
    """What is known of a process's deaths."""

    deaths: int = 0
    """In a row."""

    def after_death(self, exit_code: int, ran_for_s: float) -> Self:
        """Raises GiveUpError when starting it again cannot help."""
        if exit_code == USAGE_ERROR:
            msg = "it cannot use its settings, and starting it again does not change them"
            raise GiveUpError(msg)
        deaths = 1 if ran_for_s >= STABLE_AFTER_S else self.deaths + 1
        if deaths > MOST_DEATHS:
            msg = f"it died {deaths} times in a row"
            raise GiveUpError(msg)
        return replace(self, deaths=deaths)

    @property
    def delay_s(self) -> float:
        """How long to wait before the next start."""
        return min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** (self.deaths - 1)) if self.deaths else 0.0


class GiveUpError(RuntimeError):
    """Starting the process again cannot help; the message says why."""
