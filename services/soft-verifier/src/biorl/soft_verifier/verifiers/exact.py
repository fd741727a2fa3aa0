"""`exact`: the typed answer against gold, by the one checker of its type (biorl.answers).

It needs the gold answer, so it judges no held-out question: those come sealed, and it abstains.
"""

from collections.abc import Sequence

from biorl.answers.checker import InvalidSpecError
from biorl.answers.checking import Check, check
from biorl.answers.extraction import Extraction
from biorl.questions.question import Question
from biorl.soft_verifier.domain.belief import Artifact, Status, Verdict


class Exact:
    tasks = ("*",)
    reads_rationale = False

    def __init__(self, artifact: Artifact) -> None:
        """Nothing to load: the checkers are code."""

    def judge(self, question: Question, answers: Sequence[Extraction]) -> list[Verdict]:
        if question.answer.gold is None:
            return [Verdict.without_score(Status.ABSTAINED, "no_gold")] * len(answers)
        try:
            return [self._judge(question, answer) for answer in answers]
        except InvalidSpecError:
            return [Verdict.without_score(Status.INVALID, "gold_not_checkable")] * len(answers)

    @staticmethod
    def _judge(question: Question, extraction: Extraction) -> Verdict:
        if extraction.answer is None:
            return Verdict(Status.SCORED, 0.0, reason=extraction.reason)
        outcome: Check = check(question.answer, extraction.answer)
        return Verdict(Status.SCORED, float(bool(outcome.correct)), reason=outcome.reason, answer=extraction.answer)
