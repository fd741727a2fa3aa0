"""A dataset with the mix of fields that a target has: recent literature, or any other.

The share of a field is its share in the target to the power alpha, normalised: alpha 1 is the target itself, 0 the same
for every field (after BioAlchemy, arXiv 2604.03506). What a field lacks is not made up: the plan says how many there
are, how many the target asks for, how often each would have to be repeated, and for which alphas none would have to be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from biorl.question_generator.domain.chance import luck
from biorl.questions.question import Question

GRID = tuple(number / 100 for number in range(101))
"""Alphas that are tried."""


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """One field in a plan."""

    supply: int
    wanted: int
    kept: int

    @property
    def repeats(self) -> float:
        """How often each question of the field would have to be shown to reach what is wanted; at most 1 needs none."""
        return self.wanted / self.supply if self.supply else float("inf") if self.wanted else 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What the sampler does with each field."""

    alpha: float
    size: int
    """Questions that are asked for in all."""
    fields: Mapping[str, FieldPlan]
    reachable: tuple[float, float] | None
    """The least and the greatest alpha at which this size needs no repeats; None when there is none."""
    largest: int
    """The largest size that needs no repeats at this alpha."""


def plan(supply: Mapping[str, int], target: Mapping[str, float], alpha: float, size: int | None) -> Plan:
    """Fields without a share in the target get nothing. `size` none: as many as need no repeats."""
    largest = _largest(supply, target, alpha)
    size = largest if size is None else size
    wanted = quotas(target, alpha, size)
    names = sorted({*supply, *wanted})
    fields = {
        name: FieldPlan(supply.get(name, 0), wanted.get(name, 0), min(supply.get(name, 0), wanted.get(name, 0)))
        for name in names
    }
    fitting = [it for it in GRID if all(supply.get(name, 0) >= n for name, n in quotas(target, it, size).items())]
    return Plan(alpha, size, fields, (fitting[0], fitting[-1]) if fitting else None, largest)


def quotas(target: Mapping[str, float], alpha: float, size: int) -> dict[str, int]:
    """Whole numbers that add up to `size`, by largest remainder."""
    weights = {name: share**alpha for name, share in sorted(target.items()) if share > 0}
    total = sum(weights.values())
    if not total:
        return {}
    exact = {name: size * weight / total for name, weight in weights.items()}
    whole = {name: int(number) for name, number in exact.items()}
    by_rest = sorted(exact, key=lambda name: (whole[name] - exact[name], name))
    for name in by_rest[: size - sum(whole.values())]:
        whole[name] += 1
    return whole


def _largest(supply: Mapping[str, int], target: Mapping[str, float], alpha: float) -> int:
    low, high = 0, sum(supply.values())
    while low < high:
        middle = (low + high + 1) // 2
        fits = all(supply.get(name, 0) >= number for name, number in quotas(target, alpha, middle).items())
        low, high = (middle, high) if fits else (low, middle - 1)
    return low


def sample(questions: Sequence[Question], field_of: Mapping[str, str], done: Plan, seed: int) -> set[str]:
    """Ids of the questions that stay, by seeded chance that depends on each question alone."""
    by_luck = sorted(questions, key=lambda question: (luck(seed, "alignment", question.id), question.id))
    left = {name: field.kept for name, field in done.fields.items()}
    kept = set()
    for question in by_luck:
        name = field_of[question.id]
        if left.get(name, 0) > 0:
            left[name] -= 1
            kept.add(question.id)
    return kept
