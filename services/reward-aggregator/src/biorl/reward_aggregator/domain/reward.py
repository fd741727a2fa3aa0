"""Verdicts in, rewards out, for one group: the arithmetic of a composition.

    primary = 1/2 + sum of weight * (value - 1/2) over the primaries that count     (their weights share 1)
    reward  = primary + |2 primary - 1| * sum of weight * value over the auxiliaries that count
    reward  = 0 for a completion whose answer cannot be read

A part that is left out contributes nothing, and the weights of the others stay what the composition declares: one step
of a part moves the reward equally far in every group. (Sharing the missing weight out would make a question that only a
weak judge covers as loud as one that all of them cover.) Rewards lie in [0, 1 + sum of auxiliary weights].
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from biorl.questions.question import PerturbationClaim, Question
from biorl.reward_aggregator.domain.auxiliary import format_value, mention_value
from biorl.reward_aggregator.domain.completion import Reading
from biorl.reward_aggregator.domain.composition import MAX_AUXILIARY_WEIGHT, Centre, Check, Composition, Part, Role
from biorl.reward_aggregator.domain.verdict import OUTAGES, Source, Status, Verdict

OTHER_TASK = Verdict.failure(Status.ABSTAINED, "other_task")
NO_BASELINE = Verdict.failure(Status.ABSTAINED, "no_baseline")
TASK_NOT_COVERED = Verdict.failure(Status.INVALID, "task_not_covered")
UNREACHABLE = "verifier_unreachable"


@dataclass(frozen=True, slots=True)
class PartScore:
    """What one part had to say of one completion."""

    name: str
    weight: float
    """For this question's task: primaries share 1."""
    verdict: Verdict
    value: float | None = None
    """In [0, 1], before weighting; None when the part does not count."""


@dataclass(frozen=True, slots=True)
class Reward:
    status: Status
    parts: tuple[PartScore, ...]
    """One for each part of the composition, in its order."""
    reward: float | None = None
    """Present exactly when SCORED."""
    reason: str = ""


def compose(
    composition: Composition,
    question: Question,
    readings: Sequence[Reading],
    verdicts: Mapping[str, Sequence[Verdict]],
) -> tuple[Reward, ...]:
    """One reward for each reading. `verdicts` maps each verifier that is asked to its verdicts, in order."""
    weights = composition.weights(question.task)
    columns = [_column(part, weights[part.name], question, readings, verdicts) for part in composition.parts]
    return tuple(_reward(columns, row, reading) for row, reading in enumerate(readings))


def refuse(composition: Composition, count: int, status: Status, reason: str) -> tuple[Reward, ...]:
    """Rewards for a group that nobody may or can judge."""
    verdict = Verdict.failure(status, reason)
    parts = tuple(PartScore(part.name, part.weight, verdict) for part in composition.parts)
    return (Reward(status, parts, reason=reason),) * count


@dataclass(frozen=True, slots=True)
class _Column:
    """One part over all completions of a group."""

    part: Part
    weight: float
    verdicts: Sequence[Verdict]
    values: Sequence[float | None]
    left_out: Verdict | None
    """Why the part counts for nobody in this group."""

    def is_primary(self) -> bool:
        return self.part.role is Role.PRIMARY and self.weight > 0

    def fails(self, row: int) -> bool:
        """Whether this required part leaves the completion without a reward."""
        failed = self.verdicts[row].status not in {Status.SCORED, Status.ABSTAINED}
        return self.part.required and self.left_out is None and failed


def _column(
    part: Part, weight: float, question: Question, readings: Sequence[Reading], given: Mapping[str, Sequence[Verdict]]
) -> _Column:
    verdicts = _verdicts(part, weight, question, readings, given)
    values = [_value(part, question, verdict) for verdict in verdicts]
    rows = [row for row, reading in enumerate(readings) if not reading.is_malformed] or range(len(readings))
    causes = (_cause(part, verdicts[row], values[row]) for row in rows)
    return _Column(part, weight, verdicts, values, next((cause for cause in causes if cause), None))


def _cause(part: Part, verdict: Verdict, value: float | None) -> Verdict | None:
    """Why this verdict leaves the part out for the whole group; None when it does not."""
    if verdict.status is Status.ABSTAINED:
        return verdict
    if verdict.status is Status.SCORED:
        return NO_BASELINE if value is None else None
    return None if part.required else verdict


def _verdicts(
    part: Part, weight: float, question: Question, readings: Sequence[Reading], given: Mapping[str, Sequence[Verdict]]
) -> Sequence[Verdict]:
    if weight == 0:
        return [OTHER_TASK] * len(readings)
    if part.verifier:
        return given[part.verifier]
    return [_checked(part, question, reading) for reading in readings]


def _checked(part: Part, question: Question, reading: Reading) -> Verdict:
    source = Source(verifier=part.judge)
    match part.check:
        case Check.MENTION:
            value = mention_value(reading, question.claim)
        case _:
            value = format_value(reading, require_thinking=part.require_thinking)
    if value is None:
        return Verdict.failure(Status.ABSTAINED, "no_genes_to_mention", source)
    return Verdict(Status.SCORED, score=value, source=source)


def _value(part: Part, question: Question, verdict: Verdict) -> float | None:
    """Credit, centred where the part says so: 1/2 is what the base rate alone would earn."""
    if verdict.score is None or part.centre is Centre.NONE:
        return verdict.score
    if verdict.baseline is None:
        return None if isinstance(question.claim, PerturbationClaim) else verdict.score
    return 0.5 + (verdict.score - verdict.baseline) / 2


def _reward(columns: Sequence[_Column], row: int, reading: Reading) -> Reward:
    primaries = [column for column in columns if column.is_primary()]
    counting = [column for column in columns if column.left_out is None]
    if obstacle := _obstacle(primaries, counting, row):
        return Reward(
            obstacle.status, tuple(_part_score(column, row, None) for column in columns), reason=obstacle.reason
        )
    values = {column.part.name: 0.0 if reading.is_malformed else column.values[row] for column in counting}
    parts = tuple(_part_score(column, row, values.get(column.part.name)) for column in columns)
    if reading.is_malformed:
        return Reward(Status.SCORED, parts, 0.0, reading.fault)
    said = (column.verdicts[row].reason for column in counting if column.is_primary())
    return Reward(Status.SCORED, parts, _total(counting, values), next(filter(None, said), ""))


def _obstacle(primaries: Sequence[_Column], counting: Sequence[_Column], row: int) -> Verdict | None:
    """Why this completion gets no reward; None when it gets one."""
    if not primaries:
        return TASK_NOT_COVERED
    if failing := [column.verdicts[row] for column in counting if column.fails(row)]:
        return _explained(failing[0], [column.verdicts[row] for column in primaries])
    if any(column.left_out is None for column in primaries):
        return None
    causes = [column.left_out for column in primaries if column.left_out]
    retryable = [cause for cause in causes if cause.status in OUTAGES]
    return _explained((retryable or causes)[0], causes)


def _explained(cause: Verdict, primaries: Sequence[Verdict]) -> Verdict:
    """The cause; `verifier_unreachable` when nobody answered for any primary, so that a client waits or stops."""
    if all(verdict.status in OUTAGES and not verdict.source.verifier for verdict in primaries):
        return Verdict.failure(cause.status, UNREACHABLE)
    return cause


def _part_score(column: _Column, row: int, value: float | None) -> PartScore:
    return PartScore(column.part.name, column.weight, column.verdicts[row], value)


def _total(counting: Sequence[_Column], values: Mapping[str, float | None]) -> float:
    primary, form = 0.5, 0.0
    for column in counting:
        value = values[column.part.name]
        if value is None:
            continue
        if column.part.role is Role.PRIMARY:
            primary += column.weight * (value - 0.5)
        else:
            form += column.weight * value
    primary = min(max(primary, 0.0), 1.0)  # weights that share 1 do so up to rounding
    form = min(form, MAX_AUXILIARY_WEIGHT)
    return primary + abs(2 * primary - 1) * form
