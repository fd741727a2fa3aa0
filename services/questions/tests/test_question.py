"""Held-out answers stay sealed, and identity is content."""

from dataclasses import asdict, replace

import pytest

from biorl.questions.identity import digest, identified
from biorl.questions.question import Evidence, Provenance, SealBrokenError, Split, require_sealed
from biorl.questions.testing import direction_question


def test_sealing_takes_the_gold_off_a_held_out_question_and_nothing_else() -> None:
    question = direction_question(gold="yes", split=Split.TEST)
    sealed = question.sealed()
    assert sealed.answer.gold is None
    assert replace(sealed, answer=question.answer) == question


def test_sealing_leaves_a_train_question_as_it_is() -> None:
    question = direction_question(split=Split.TRAIN)
    assert question.sealed() is question


def test_a_held_out_question_with_its_gold_breaks_the_seal() -> None:
    question = direction_question(split=Split.TEST)
    with pytest.raises(SealBrokenError, match="held out"):
        require_sealed(question)
    require_sealed(question.sealed())


def test_accepted_forms_are_gold_too() -> None:
    question = direction_question(split=Split.TEST).sealed()
    leaky = replace(question, answer=replace(question.answer, accepted=("yes",)))
    with pytest.raises(SealBrokenError):
        require_sealed(leaky)


def test_equal_content_has_equal_id_whoever_wrote_it() -> None:
    question = direction_question()
    rewritten = replace(question, id="", provenance=replace(question.provenance, writer="another@2"), topics=("x",))
    assert identified(rewritten).id == question.id


@pytest.mark.parametrize(
    "other",
    [
        direction_question(readout="DDIT3"),
        direction_question(gold="no"),
        direction_question(split=Split.TEST),
        identified(replace(direction_question(), provenance=Provenance(sources=("another effect",)))),
    ],
)
def test_other_content_has_another_id(other) -> None:
    assert other.id != direction_question().id


def test_a_dataclass_has_the_digest_of_its_plain_values() -> None:
    question = direction_question()
    assert digest(question) == digest(asdict(question))
    with pytest.raises(TypeError):
        digest({"a set": {1}})


def test_the_words_of_evidence_are_sealed_with_the_answer_that_they_hold():
    quoted = replace(direction_question(split=Split.TEST), evidence=(Evidence("PMC1.1", "p1", 3, 9, "it rose"),))
    assert quoted.sealed().evidence == (Evidence("PMC1.1", "p1", 3, 9, ""),)
    with pytest.raises(SealBrokenError):
        require_sealed(replace(quoted, answer=quoted.sealed().answer))
