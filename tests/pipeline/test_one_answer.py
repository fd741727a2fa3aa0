"""The whole way of one measurement, in one process: a row of a screen in, a reward for an answer out.

Read this first. Every service's own core does its part; between them everything goes over the wire format. Only the
bus, the gRPC transport and the training of the policy are missing.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from biorl.effect.v1 import effect_pb2
from biorl.genes.annotation import load_annotation
from biorl.ingester.adapters.ledger import SqliteLedger
from biorl.ingester.adapters.readers import FileReader
from biorl.ingester.adapters.wire import effects_to_wire
from biorl.ingester.domain.admission import Policy
from biorl.ingester.domain.licences import DEFAULT_ALLOWED
from biorl.ingester.domain.sources import PerturbqaSource
from biorl.ingester.service import Ingester
from biorl.ingester.testing import FakeObserver, FakePublisher
from biorl.question_generator.adapters.wire import effects_from_wire as sources_from_wire
from biorl.question_generator.domain.perturbation import PerturbationRules
from biorl.question_generator.service import QuestionGenerator, Rules
from biorl.question_generator.testing import MemoryStore, Outbox, Tally
from biorl.questions.question import Outcome, PerturbationClaim, Question, Split
from biorl.reward_aggregator.adapters.compositions import load_compositions
from biorl.reward_aggregator.adapters.verdict_cache import LruVerdictCache
from biorl.reward_aggregator.adapters.wire import group_to_wire, source_from_wire, verdict_from_wire
from biorl.reward_aggregator.domain.group import Group
from biorl.reward_aggregator.domain.reward import Reward
from biorl.reward_aggregator.domain.verdict import Source, Status, Verdict
from biorl.reward_aggregator.service import RewardAggregator
from biorl.reward_aggregator.testing import Counts, KeptLog
from biorl.soft_verifier.adapters.wire import effects_from_wire, group_from_wire, source_to_wire, verdict_to_wire
from biorl.soft_verifier.service import Choice, Verification, load
from biorl.soft_verifier.testing import MemoryArtifacts, RecordingObserver
from biorl.soft_verifier.training import train
from biorl.soft_verifier.verifiers import VERIFIERS

ALL_PAIRS = Rules(PerturbationRules(balanced=False))
YES, NO = "<answer>yes</answer>", "<answer>no</answer>"
SCREEN = """\
pert,gene,label,split
ALFA,READ1,1,train
BRAVO,READ1,0,train
CHARLIE,READ1,1,train
DELTA,READ1,1,test
ALFA,READ2,0,train
BRAVO,READ2,1,train
CHARLIE,READ2,0,train
DELTA,READ2,0,test
"""


class InProcessVerifiers:
    """The soft-verifier without its transport: requests and verdicts still go over the wire format."""

    def __init__(self, verification: Verification) -> None:
        self._verification = verification

    async def source(self, verifier: str) -> Source | None:
        found = {item.source.verifier: source_from_wire(source_to_wire(item.source)) for item in self._served()}
        return found.get(verifier)

    async def verify(
        self, verifier: str, groups: Sequence[Group], timeout_s: float | None
    ) -> Sequence[Sequence[Verdict]]:
        asked = [group_from_wire(group_to_wire(group)) for group in groups]
        source = next(source_to_wire(item.source) for item in self._served() if item.source.verifier == verifier)
        judged = self._verification.verify(verifier, [group for group in asked if group is not None])
        return [[verdict_from_wire(verdict_to_wire(one, source)) for one in group] for group in judged]

    def _served(self):
        return self._verification.served()


@pytest.fixture
def effects(tmp_path: Path) -> list[bytes]:
    """What the ingester puts on effects.v1."""
    screen = tmp_path / "screen"
    screen.mkdir()
    (screen / "k562-de.csv").write_text(SCREEN.replace(",0,", ",1,"))
    (screen / "k562-dir.csv").write_text(SCREEN)
    publisher = FakePublisher()
    ingester = Ingester(
        FileReader(), SqliteLedger(tmp_path / "ledger.sqlite"), publisher, FakeObserver(), Policy(DEFAULT_ALLOWED)
    )
    ingester.ingest(PerturbqaSource(path=screen))
    return [effects_to_wire(item).SerializeToString() for item in publisher.effects]


@pytest.fixture
def questions(effects: list[bytes]) -> list[Question]:
    """What the question-generator puts on questions.v1."""
    outbox = Outbox()
    generator = QuestionGenerator(ALL_PAIRS, MemoryStore(), outbox, Tally())
    generator.take([sources_from_wire(value) for value in effects])
    return list(outbox.standing.values())


@pytest.fixture
def aggregator(effects: list[bytes], tmp_path: Path) -> RewardAggregator:
    """The reward-aggregator on a soft-verifier that knows the measured labels of the train split."""
    (tmp_path / "sets.gmt").write_text("pathway\t\tALFA\tBRAVO\n")
    store = MemoryArtifacts()
    known = [row for value in effects for row in effects_from_wire(effect_pb2.PerturbationEffects.FromString(value))]
    train("experiment", known, load_annotation(tmp_path), store)
    verification = Verification(load([Choice("experiment")], VERIFIERS, store), RecordingObserver())
    return RewardAggregator(
        compositions=load_compositions(None),
        default="experiment",
        verifiers=InProcessVerifiers(verification),
        cache=LruVerdictCache(100),
        log=KeptLog(),
        observer=Counts(),
        now_ms=lambda: 0,
    )


def rewards(aggregator: RewardAggregator, question: Question) -> tuple[Reward, ...]:
    """For yes, no, and something that is no answer."""
    group = Group(question, (YES, NO, "ALFA does it, I am sure"))
    return asyncio.run(aggregator.score([group])).rewards[0]


def about(questions: list[Question], perturbed: str, readout: str) -> Question:
    for question in questions:
        claim = question.claim
        is_direction = isinstance(claim, PerturbationClaim) and claim.outcome is Outcome.UP_REGULATED
        if is_direction and (claim.perturbed_genes, claim.readout) == ((perturbed,), readout):
            return question
    raise AssertionError(f"no question about {perturbed} and {readout}")


def test_a_measured_answer_is_paid_more_than_its_opposite_and_nonsense_least(
    questions: list[Question], aggregator: RewardAggregator
) -> None:
    yes, no, nonsense = rewards(aggregator, about(questions, "ALFA", "READ1"))
    assert yes.reward is not None
    assert no.reward is not None
    assert nonsense.reward is not None
    assert yes.reward > no.reward
    assert nonsense.reward <= no.reward


def test_a_question_from_a_held_out_perturbation_is_refused_with_its_gold_and_abstained_on_without(
    questions: list[Question], aggregator: RewardAggregator
) -> None:
    held_out = about(questions, "DELTA", "READ1")
    assert held_out.split is Split.TEST
    assert {one.status for one in rewards(aggregator, held_out)} == {Status.INVALID}
    sealed = rewards(aggregator, held_out.sealed())
    assert {one.reward for one in sealed[:2]} == {None}
    assert {one.status for one in sealed[:2]} == {Status.ABSTAINED}


def test_going_the_same_way_twice_gives_the_same_questions(effects: list[bytes], questions: list[Question]) -> None:
    outbox, store = Outbox(), MemoryStore()
    for _ in range(2):
        generator = QuestionGenerator(ALL_PAIRS, store, outbox, Tally())
        generator.take([sources_from_wire(value) for value in effects])
    assert sorted(outbox.sent) == sorted(question.id for question in questions)
