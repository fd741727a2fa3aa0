"""`exact` compares with gold by the checker of the answer's type, where gold may be seen."""

import pytest

from biorl.answers.extraction import extract_answer
from biorl.questions.question import Split
from biorl.questions.testing import direction_question, number_question
from biorl.soft_verifier.domain.belief import Artifact, Source, Status
from biorl.soft_verifier.verifiers.exact import Exact

EXACT = Exact(Artifact(Source("exact", "1", "0")))


@pytest.mark.parametrize(
    ("completion", "score", "reason"),
    [
        ("<answer>42 nM</answer>", 1.0, ""),
        ("<answer>0.042 uM</answer>", 1.0, ""),
        ("<answer>43 nM</answer>", 1.0, ""),
        ("<answer>42</answer>", 0.0, None),
        ("<answer>420 nM</answer>", 0.0, None),
        ("it is 42 nM", 0.0, "no_answer_tag"),
    ],
)
def test_a_number_is_right_within_its_tolerance_and_unit(completion: str, score: float, reason: str | None) -> None:
    (verdict,) = EXACT.judge(number_question(), [extract_answer(completion)])
    assert (verdict.status, verdict.score) == (Status.SCORED, score)
    assert bool(verdict.reason) is (score == 0)
    if reason is not None:
        assert verdict.reason == reason


def test_a_sealed_question_is_an_abstention() -> None:
    question = direction_question(split=Split.TEST).sealed()
    (verdict,) = EXACT.judge(question, [extract_answer("<answer>yes</answer>")])
    assert (verdict.status, verdict.reason) == (Status.ABSTAINED, "no_gold")


def test_a_gold_answer_that_nothing_equals_makes_the_question_invalid() -> None:
    (verdict,) = EXACT.judge(number_question(gold="many"), [extract_answer("<answer>42 nM</answer>")])
    assert (verdict.status, verdict.reason) == (Status.INVALID, "gold_not_checkable")
