"""Form is judged as asked, and cannot be stuffed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biorl.questions.question import GeneClassClaim, MoleculeClaim
from biorl.questions.testing import direction_question, number_question
from biorl.reward_aggregator.domain.auxiliary import format_value, mention_value, mentions
from biorl.reward_aggregator.domain.completion import read

QUESTION = direction_question("AAMP", "CALR")
ANSWER = "<answer>yes</answer>"


def mention(rationale: str) -> float | None:
    return mention_value(read(QUESTION.answer, f"<think>{rationale}</think>{ANSWER}"), QUESTION.claim)


def formed(completion: str, *, require_thinking: bool = True) -> float:
    return format_value(read(QUESTION.answer, completion), require_thinking=require_thinking)


@pytest.mark.parametrize(
    "completion",
    [
        "<think>because p < .05 here</think><answer>yes</answer>",
        "because</think>\n<answer> no </answer>\n",
    ],
)
def test_one_thought_then_one_answer_is_well_formed(completion: str):
    assert formed(completion) == 1


@pytest.mark.parametrize(
    "completion",
    [
        ANSWER,
        f"<think> </think>{ANSWER}",
        f"{ANSWER}<think>afterwards</think>",
        f"<think>a</think>{ANSWER}{ANSWER}",
        f"<think>a</think>{ANSWER} and more",
        f"words <think>a</think>{ANSWER}",
        "<think>a</think><answer>It is unknown</answer>",
        "<think>a</think><answer>either yes or no</answer>",
        "",
    ],
)
def test_anything_else_is_not(completion: str):
    assert formed(completion) == 0


def test_thinking_is_asked_for_only_where_the_composition_does():
    assert formed(ANSWER, require_thinking=False) == 1
    assert formed(f"{ANSWER} and more", require_thinking=False) == 0


@pytest.mark.parametrize(
    ("text", "gene", "found"),
    [
        ("loss of PARP1 matters", "AR", False),
        ("AR-dependent growth", "AR", True),
        ("the anti-CALR effect (CALR)", "CALR", True),
        ("calr falls", "CALR", True),
        ("it was low", "WAS", False),
        ("WAS was low", "WAS", True),
        ("NKX2-5 rises", "NKX2", False),
        ("NKX2-5 rises", "NKX2-5", True),
        ("HLA-A2", "HLA-A", False),
        ("the C1ORF112 locus", "C1orf112", True),
        ("TP53BP1", "TP53", False),
    ],
)
def test_a_mention_is_a_whole_word_in_its_case(text: str, gene: str, found: bool):
    assert mentions(text, gene) is found


def test_mention_is_the_share_of_the_claims_genes():
    assert mention("knocking down AAMP does little to others") == 0.5
    assert mention("knocking down AAMP stresses CALR") == 1
    assert mention("nothing of note") == 0


def test_saying_a_gene_again_pays_nothing():
    assert mention("AAMP and AAMP and AAMP again") == 0.5
    assert mention("AAMP CALR AAMP CALR AAMP CALR") == 0


def test_genes_in_the_answer_are_no_rationale():
    reading = read(QUESTION.answer, "<think>no genes here at all</think><answer>AAMP CALR</answer>")
    assert mention_value(reading, QUESTION.claim) == 0


@pytest.mark.parametrize("claim", [None, MoleculeClaim("CCO", "BBBP")])
def test_a_claim_without_genes_has_nothing_to_mention(claim):
    reading = read(number_question().answer, f"<think>why</think>{ANSWER}")
    assert mention_value(reading, claim) is None


def test_the_gene_of_a_class_claim_counts():
    assert (
        mention_value(read(QUESTION.answer, f"<think>TBX5 is dosed</think>{ANSWER}"), GeneClassClaim("TBX5", "x")) == 1
    )


@given(st.text(max_size=400))
def test_both_checks_take_any_text(completion: str):
    reading = read(QUESTION.answer, completion)
    assert format_value(reading, require_thinking=True) in {0, 1}
    assert 0 <= (mention_value(reading, QUESTION.claim) or 0) <= 1
