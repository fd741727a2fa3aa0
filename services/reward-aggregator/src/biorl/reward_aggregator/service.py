"""Scores groups of completions by a composition: asks its judges, joins their verdicts, tells the audit log.

The laws hold here and in `domain.reward`: a failure is a status and never a number; a held-out question that still
carries its gold answer is refused before anybody sees it; all completions of a group are scored by the same parts; a
verdict is remembered only while the verifier that gave it still serves.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from biorl.answers.checker import InvalidSpecError
from biorl.questions.identity import question_id
from biorl.questions.question import Question, SealBrokenError, require_sealed
from biorl.reward_aggregator.domain.completion import Reading, read
from biorl.reward_aggregator.domain.composition import Composition
from biorl.reward_aggregator.domain.group import Group
from biorl.reward_aggregator.domain.reward import Reward, compose, refuse
from biorl.reward_aggregator.domain.rollout import rollouts_of
from biorl.reward_aggregator.domain.verdict import Status, Verdict
from biorl.reward_aggregator.ports import Observer, RewardLog, VerdictCache, VerdictKey, Verifiers

REMEMBERED = frozenset({Status.SCORED, Status.ABSTAINED})
"""A failure may be over the next time; it is asked again."""


class UnknownCompositionError(KeyError):
    """No composition of this name was loaded."""


@dataclass(frozen=True, slots=True)
class Scored:
    """What `score` gives: rewards as the groups and completions came, and what they were scored by."""

    composition: Composition
    rewards: tuple[tuple[Reward, ...], ...]


@dataclass(frozen=True, slots=True)
class _Admitted:
    """A group that judges may see."""

    group: Group
    readings: tuple[Reading, ...]


class RewardAggregator:
    def __init__(
        self,
        *,
        compositions: Mapping[str, Composition],
        default: str,
        verifiers: Verifiers,
        cache: VerdictCache,
        log: RewardLog,
        observer: Observer,
        now_ms: Callable[[], int],
    ) -> None:
        """Raises UnknownCompositionError when `default` is not among the compositions."""
        self._compositions = dict(compositions)
        self._default = default
        self._panel = _Panel(verifiers, cache, observer)
        self._log = log
        self._observer = observer
        self._now_ms = now_ms
        self.describe()

    def describe(self, composition: str = "") -> Composition:
        """The recipe of this name, or the default's. Raises UnknownCompositionError."""
        name = composition or self._default
        if name not in self._compositions:
            msg = f"no composition {name!r}; there are: {', '.join(self.available())}"
            raise UnknownCompositionError(msg)
        return self._compositions[name]

    def available(self) -> list[str]:
        return sorted(self._compositions)

    async def score(
        self, groups: Sequence[Group], composition: str = "", run_id: str = "", timeout_s: float | None = None
    ) -> Scored:
        """One reward, or its absence with a reason, for each completion.

        An outage of judges never raises. Raises UnknownCompositionError.
        """
        recipe = self.describe(composition)
        admissions = [_admit(recipe, group) for group in groups]
        admitted = [admission for admission in admissions if isinstance(admission, _Admitted)]
        verdicts = await self._judge(recipe, [admission.group for admission in admitted], timeout_s)
        composed = (
            compose(
                recipe, admission.group.question, admission.readings, {v: given[row] for v, given in verdicts.items()}
            )
            for row, admission in enumerate(admitted)
        )
        rewards = tuple(next(composed) if isinstance(item, _Admitted) else item for item in admissions)
        self._tell(recipe, groups, rewards, run_id)
        return Scored(recipe, rewards)

    async def _judge(
        self, recipe: Composition, groups: Sequence[Group], timeout_s: float | None
    ) -> dict[str, list[Sequence[Verdict]]]:
        """By verifier, its verdicts on each group; empty for a group that is none of its business."""
        names = list(dict.fromkeys(part.verifier for part in recipe.parts if part.verifier))
        chosen = {
            name: [row for row, group in enumerate(groups) if _concerns(recipe, name, group.question.task)]
            for name in names
        }
        asked = [self._panel.ask(name, [groups[row] for row in chosen[name]], timeout_s) for name in names]
        verdicts: dict[str, list[Sequence[Verdict]]] = {name: [()] * len(groups) for name in names}
        for name, answers in zip(names, await asyncio.gather(*asked), strict=True):
            for row, answer in zip(chosen[name], answers, strict=True):
                verdicts[name][row] = answer
        return verdicts

    def _tell(
        self, recipe: Composition, groups: Sequence[Group], rewards: Sequence[tuple[Reward, ...]], run_id: str
    ) -> None:
        now = self._now_ms()
        for group, given in zip(groups, rewards, strict=True):
            self._observer.rewarded(recipe.name, given)
            self._log.record(rollouts_of(group, given, recipe, run_id, now))


def _concerns(recipe: Composition, verifier: str, task: str) -> bool:
    return any(part.verifier == verifier and part.judges(task) for part in recipe.parts)


def _admit(recipe: Composition, group: Group) -> _Admitted | tuple[Reward, ...]:
    """The group with its completions read, or why nobody will judge it."""
    try:
        require_sealed(group.question)
        readings = tuple(read(group.question.answer, completion) for completion in group.completions)
    except SealBrokenError:
        return refuse(recipe, len(group.completions), Status.INVALID, "held_out_gold")
    except InvalidSpecError:
        return refuse(recipe, len(group.completions), Status.INVALID, "unusable_answer_spec")
    return _Admitted(group, readings)


@dataclass(frozen=True, slots=True)
class _Panel:
    """The verifiers, each pair of question and completion asked once and remembered while its judge stays the same."""

    verifiers: Verifiers
    cache: VerdictCache
    observer: Observer

    async def ask(self, verifier: str, groups: Sequence[Group], timeout_s: float | None) -> list[list[Verdict]]:
        if not groups:
            return []
        source = await self.verifiers.source(verifier)
        keyed = [_keys(verifier, source.digest if source else "", group) for group in groups]
        wanted = {key: (group, row) for group, keys in zip(groups, keyed, strict=True) for row, key in enumerate(keys)}
        known = self._recall(wanted) if source else {}
        self.observer.looked_up(verifier, len(known), len(wanted) - len(known))
        known |= await self._verify(verifier, {key: at for key, at in wanted.items() if key not in known}, timeout_s)
        return [[known[key] for key in keys] for keys in keyed]

    def _recall(self, keys: Mapping[VerdictKey, object]) -> dict[VerdictKey, Verdict]:
        found = {key: self.cache.get(key) for key in keys}
        return {key: verdict for key, verdict in found.items() if verdict}

    async def _verify(
        self, verifier: str, missing: Mapping[VerdictKey, tuple[Group, int]], timeout_s: float | None
    ) -> dict[VerdictKey, Verdict]:
        """Asks for what is missing, with the completions of one question together again."""
        by_question: dict[str, list[VerdictKey]] = {}
        for key in missing:
            by_question.setdefault(key.question, []).append(key)
        if not by_question:
            return {}
        groups = [_regroup([missing[key] for key in keys]) for keys in by_question.values()]
        began = time.monotonic()
        answers = await self.verifiers.verify(verifier, groups, timeout_s)
        fresh = dict(zip((key for keys in by_question.values() for key in keys), _flat(answers), strict=True))
        self.observer.judged(verifier, list(fresh.values()), time.monotonic() - began)
        self._remember(fresh)
        return fresh

    def _remember(self, fresh: Mapping[VerdictKey, Verdict]) -> None:
        for key, verdict in fresh.items():
            if verdict.status in REMEMBERED and verdict.source.digest:
                said_by = VerdictKey(key.verifier, verdict.source.digest, key.question, key.completion)
                self.cache.put(said_by, verdict)


def _keys(verifier: str, digest: str, group: Group) -> list[VerdictKey]:
    question = _identity(group.question)
    return [
        VerdictKey(verifier, digest, question, sha256(completion.encode(errors="surrogatepass")).hexdigest())
        for completion in group.completions
    ]


def _identity(question: Question) -> str:
    """The id as given, and what the content says: a sealed copy, or a careless client, must not share an entry."""
    return f"{question.id} {question_id(question)}"


def _regroup(places: Sequence[tuple[Group, int]]) -> Group:
    return Group(places[0][0].question, tuple(group.completions[row] for group, row in places))


def _flat(answers: Sequence[Sequence[Verdict]]) -> list[Verdict]:
    return [verdict for answer in answers for verdict in answer]
