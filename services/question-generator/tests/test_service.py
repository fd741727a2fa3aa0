"""The use cases: once is as good as twice, and a retraction reaches everything."""

import pytest

from biorl.question_generator.domain.sources import ReadoutEffect, Retraction
from biorl.question_generator.service import QuestionGenerator, Rules
from biorl.question_generator.testing import MemoryStore, Outbox, Tally, effects, paper

SCREEN = effects("AARS1", [ReadoutEffect("ATF4", True, 1, 0.5, 0.5)])
FACT = "Treatment with rapamycin significantly increased the median lifespan of yeast cells in rich medium."
OTHER_FACT = "Deletion of the SIR2 gene in wild-type yeast shortened replicative lifespan on standard medium."


class World:
    def __init__(self):
        self.store, self.outbox, self.tally = MemoryStore(), Outbox(), Tally()
        self.generator = QuestionGenerator(Rules(), self.store, self.outbox, self.tally)


@pytest.fixture
def world():
    return World()


def test_sources_become_questions_on_the_bus(world):
    world.generator.take([SCREEN, paper(FACT)])
    assert sorted(question.task for question in world.outbox.standing.values()) == [
        "literature.extraction",
        "perturbation.de",
        "perturbation.direction",
    ]
    assert world.store.sources.keys() == {SCREEN.id, "PMC1.1"}
    assert world.tally.sources == 2


def test_a_source_that_comes_twice_is_asked_once(world):
    world.generator.take([SCREEN, paper(FACT)])
    sent = list(world.outbox.sent)
    world.generator.take([SCREEN])
    world.generator.take([paper(FACT), paper(FACT)])
    assert world.outbox.sent == sent


def test_a_crash_between_publishing_and_recording_loses_and_doubles_nothing(world, monkeypatch):
    def crash(sources):
        raise RuntimeError("killed")

    monkeypatch.setattr(MemoryStore, "record", lambda self, sources: crash(sources))
    with pytest.raises(RuntimeError):
        world.generator.take([SCREEN])
    monkeypatch.undo()
    before = dict(world.outbox.standing)
    world.generator.take([SCREEN])
    assert world.outbox.standing == before


def test_the_same_words_from_another_paper_are_asked_of_each_so_that_one_retraction_leaves_the_other(world):
    world.generator.take([paper(FACT), paper(FACT, document_id="PMC2.1")])
    assert len(world.outbox.standing) == 2
    world.generator.hear([Retraction("PMC1.1")])
    (left,) = world.outbox.standing.values()
    assert left.provenance.sources == ("PMC2.1",)


def test_the_order_of_papers_changes_nothing(world):
    other = QuestionGenerator(Rules(), MemoryStore(), Outbox(), Tally())
    papers = [paper(FACT), paper(FACT, document_id="PMC2.1"), paper(OTHER_FACT, document_id="PMC3.1")]
    world.generator.take(papers)
    for document in papers[::-1]:
        other.take([document])
    assert set(world.outbox.standing) == set(other._questions.standing)


def test_however_the_writing_is_spread_retracted_papers_stay_out_and_each_source_gets_its_own(world):
    def backwards(write, sources):
        return [write(source) for source in list(sources)[::-1]][::-1]

    other = QuestionGenerator(Rules(), MemoryStore(), Outbox(), Tally(), spread=backwards)
    sources = [paper(FACT), SCREEN, paper(OTHER_FACT, document_id="PMC3.1")]
    for generator in (world.generator, other):
        generator.hear([Retraction("PMC1.1")])
        generator.take(sources)
    assert world.outbox.sent == other._questions.sent
    assert world.store.sources.keys() == {"PMC1.1", SCREEN.id, "PMC3.1"}
    assert {source for it in world.outbox.standing.values() for source in it.provenance.sources} >= {"PMC3.1"}
    assert not world.store.sources["PMC1.1"].questions


def test_a_retraction_retires_what_was_made_from_the_paper_and_nothing_else(world):
    world.generator.take([paper(FACT), SCREEN])
    world.generator.hear([Retraction("PMC1.1")])
    assert {question.task for question in world.outbox.standing.values()} == {
        "perturbation.de",
        "perturbation.direction",
    }
    assert world.tally.retired_questions == 1


@pytest.mark.parametrize("name", ["PMC1", "PMC1.1"])
def test_a_retraction_knows_the_paper_by_any_name(world, name):
    world.generator.take([paper(FACT)])
    world.generator.hear([Retraction("doi:10.1/x", (name,))])
    assert not world.outbox.standing


def test_a_paper_that_comes_after_its_retraction_is_refused(world):
    world.generator.hear([Retraction("PMC1.1")])
    world.generator.take([paper(FACT)])
    assert not world.outbox.standing
    assert world.tally.refusals == {"retracted": 1}


def test_what_was_refused_is_told_the_same_whether_a_paper_or_its_retraction_comes_first(world):
    other = World()
    world.generator.hear([Retraction("PMC1.1")])
    for generator in (world.generator, other.generator):
        generator.take([paper(f"{FACT} It rose again. These fell.")])
    other.generator.hear([Retraction("PMC1.1")])
    assert world.store.sources["PMC1.1"].refusals == other.store.sources["PMC1.1"].refusals
    assert [refusal.reason for refusal in world.store.sources["PMC1.1"].refusals] == ["retracted"]


def test_a_withdrawn_notice_lets_the_paper_speak_again(world):
    world.generator.take([paper(FACT)])
    world.generator.hear([Retraction("PMC1.1")])
    world.generator.hear([Retraction("PMC1.1", withdrawn=True)])
    world.generator.take([paper(FACT)])
    assert len(world.outbox.standing) == 1


def test_a_retraction_heard_twice_retires_once(world):
    world.generator.take([paper(FACT)])
    world.generator.hear([Retraction("PMC1.1")])
    sent = list(world.outbox.sent)
    world.generator.hear([Retraction("PMC1.1")])
    assert world.outbox.sent == sent
