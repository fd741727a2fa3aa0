"""What goes over the wire comes back unchanged, and what no writer sends is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biorl.answers.spec import AnswerSpec, AnswerType, Option
from biorl.question.v1 import question_pb2 as pb
from biorl.questions import wire
from biorl.questions.question import (
    ChatMessage,
    Context,
    Evidence,
    GeneClassClaim,
    MoleculeClaim,
    Outcome,
    PerturbationClaim,
    PerturbationKind,
    Provenance,
    Question,
    Split,
)
from biorl.questions.testing import direction_question

# Protobuf holds Unicode scalar values: no lone surrogates.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
probabilities = st.floats(0, 1)
contexts = st.builds(Context, texts, texts, st.none() | st.sampled_from(PerturbationKind))
claims = st.one_of(
    st.builds(PerturbationClaim, st.lists(words, max_size=3).map(tuple), words, contexts, st.sampled_from(Outcome)),
    st.builds(GeneClassClaim, words, words, texts),
    st.builds(MoleculeClaim, words, words),
)
answers = st.builds(
    AnswerSpec,
    type=st.sampled_from(AnswerType),
    gold=st.none() | texts,
    accepted=st.lists(texts, max_size=2).map(tuple),
    options=st.lists(st.builds(Option, words, texts), max_size=3).map(tuple),
    unit=texts,
    relative_tolerance=probabilities,
    absolute_tolerance=probabilities,
    member_type=st.none() | st.sampled_from(AnswerType),
    namespace=texts,
    either_strand=st.booleans(),
)
questions = st.builds(
    Question,
    id=words,
    task=words,
    prompt=st.lists(st.builds(ChatMessage, words, texts), min_size=1, max_size=3).map(tuple),
    answer=answers,
    claim=st.none() | claims,
    evidence=st.lists(st.builds(Evidence, words, words, st.integers(0, 99), st.integers(0, 99), texts), max_size=2).map(
        tuple
    ),
    licence=texts,
    provenance=st.builds(Provenance, texts, st.lists(texts, max_size=2).map(tuple), texts),
    topics=st.lists(texts, max_size=2).map(tuple),
    split=st.sampled_from(Split),
    benchmarks=st.lists(texts, max_size=2).map(tuple),
    difficulty=st.none() | probabilities,
)


@given(questions)
def test_every_question_comes_back_unchanged(question: Question) -> None:
    message = pb.Question.FromString(wire.question_to_wire(question).SerializeToString())
    assert wire.question_from_wire(message) == question


def test_a_question_without_a_split_is_refused_since_it_could_leak() -> None:
    message = wire.question_to_wire(direction_question())
    message.split = pb.SPLIT_UNSPECIFIED
    with pytest.raises(wire.MalformedMessageError, match="split"):
        wire.question_from_wire(message)


@pytest.mark.parametrize("field", ["id", "task", "prompt"])
def test_a_question_without_its_essentials_is_refused(field: str) -> None:
    message = wire.question_to_wire(direction_question())
    message.ClearField(field)
    with pytest.raises(wire.MalformedMessageError, match="needs an id"):
        wire.question_from_wire(message)


def test_an_empty_claim_is_refused() -> None:
    with pytest.raises(wire.MalformedMessageError, match="claim something"):
        wire.claim_from_wire(pb.Claim())


def test_a_perturbation_claim_without_outcome_is_refused() -> None:
    message = pb.Claim(perturbation=pb.PerturbationClaim(perturbed_genes=["A"], readout="B"))
    with pytest.raises(wire.MalformedMessageError, match="outcome"):
        wire.claim_from_wire(message)


def test_an_unknown_answer_type_is_refused() -> None:
    with pytest.raises(wire.MalformedMessageError, match="answer type"):
        wire.answer_from_wire(pb.AnswerSpec())
