"""Nothing that a model proposes is asked unless its evidence is in the text and every rule lets it pass."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biorl.answers.checking import check
from biorl.question_generator.domain.authoring.passages import Passage, passages_of
from biorl.question_generator.domain.authoring.proposals import UnreadableReplyError, proposals_in, question_from
from biorl.question_generator.domain.sources import Paragraph
from biorl.question_generator.domain.writing import Refusal
from biorl.question_generator.testing import EVIDENCE, PROPOSAL, paper
from biorl.questions.question import Question, Split

TEXT = f"Lifespan was followed to death. {EVIDENCE} Knockout of Prkaa2 abolished the effect in liver."
PASSAGE = Passage(paper(TEXT), (Paragraph("p1", TEXT),))
CHOICE = {
    "type": "choice",
    "question": "Which gene must be intact in mouse liver for metformin to extend lifespan?",
    "answer": "Prkaa2",
    "options": ["Prkaa1", "Prkaa2", "Prkab1", "Stk11"],
    "evidence": "Knockout of Prkaa2 abolished the effect in liver.",
}


def outcome(**changes):
    base = CHOICE if changes.get("type") == "choice" else PROPOSAL
    (item,) = proposals_in(json.dumps([{**base, **changes}]))
    return item if isinstance(item, Refusal) else question_from(item, PASSAGE, "w", Split.TRAIN, 0)


def test_a_good_proposal_becomes_a_question_with_its_evidence():
    question = outcome()
    assert isinstance(question, Question)
    (evidence,) = question.evidence
    assert TEXT[evidence.start : evidence.end] == evidence.quote == EVIDENCE
    assert check(question.answer, "12.5 %").correct
    assert not check(question.answer, "15 %").correct


def test_white_space_of_a_quote_does_not_matter_but_its_words_do():
    assert isinstance(outcome(evidence=EVIDENCE.replace(" ", "  \n")), Question)
    assert outcome(evidence=EVIDENCE.replace("male", "female")).reason == "evidence_not_in_text"


def test_a_choice_shows_its_options_and_its_gold_is_a_letter():
    question = outcome(type="choice")
    gold = next(option for option in question.answer.options if option.label == question.answer.gold)
    assert gold.text == "Prkaa2"
    assert f"{gold.label}. Prkaa2" in question.prompt[-1].content


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"question": "According to the passage, how much did metformin lengthen life?"}, "not_self_contained"),
        ({"question": "How many percent does metformin extend life, as Table 2 shows?"}, "not_self_contained"),
        ({"question": "Metformin extends the median lifespan of aged male mice."}, "no_question"),
        ({"question": "How much?"}, "no_question"),
        ({"question": "Does metformin extend the lifespan of male mice by 12.5 percent?"}, "answer_in_question"),
        ({"answer": "13.5"}, "answer_not_in_evidence"),
        ({"answer": ""}, "no_answer"),
        ({"answer": "one two three four five six seven eight nine"}, "answer_too_long"),
        ({"type": "short_text", "answer": "insulin", "accepted": ["male mice"]}, "answer_in_question"),
        ({"type": "essay"}, "unknown_type"),
        ({"type": "direction", "answer": "sideways"}, "unreadable_gold"),
        ({"answer": ["12.5"]}, "unreadable_proposal"),
        ({"type": "choice", "options": ["Prkaa1", "Prkaa2"]}, "bad_options"),
        ({"type": "choice", "options": ["Prkaa1", "prkaa1", "Prkaa2", "Stk11"]}, "bad_options"),
        ({"type": "choice", "options": ["Prkaa1", "Prkab1", "Prkag1", "Stk11"]}, "answer_not_an_option"),
        ({"type": "choice", "options": ["Prkaa2", "a" * 60, "b" * 60, "c" * 60]}, "options_of_unlike_length"),
    ],
)  # fmt: skip
def test_what_is_wrong_has_a_reason(changes, reason):
    refused = outcome(**changes)
    assert isinstance(refused, Refusal)
    assert refused.reason == reason


def test_words_that_only_contain_a_forbidden_one_are_allowed():
    asked = "By how many percent does metformin stably and suitably extend the lifespan of aged male mice?"
    assert isinstance(outcome(question=asked), Question)


@pytest.mark.parametrize("reply", ["", "I cannot.", "[1, 2", "{}", "][", '{"type": "number"}'])
def test_a_reply_without_an_array_is_unreadable(reply):
    with pytest.raises(UnreadableReplyError):
        list(proposals_in(reply))


def test_an_array_in_a_fence_is_read():
    assert len(list(proposals_in(f"Here:\n```json\n{json.dumps([PROPOSAL, PROPOSAL])}\n```"))) == 2


@given(st.text(max_size=200))
def test_no_reply_makes_the_reader_crash(reply):
    try:
        for item in proposals_in(f"[{reply}]"):
            if not isinstance(item, Refusal):
                question_from(item, PASSAGE, "w", Split.TRAIN, 0)
    except UnreadableReplyError:
        pass


def test_passages_keep_paragraphs_whole_and_hold_what_fits():
    document = paper(*("x" * 1500 for _ in range(5)), "short")
    sizes = [[paragraph.id for paragraph in passage.paragraphs] for passage in passages_of(document, 4000)]
    assert sizes == [["p1", "p2"], ["p3", "p4"], ["p5", "p6"]]
