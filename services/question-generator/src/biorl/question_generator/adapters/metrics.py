"""What this service counts."""

from collections import Counter as Tally
from collections.abc import Sequence

from prometheus_client import Counter

from biorl.question_generator.domain.writing import RefusalCount
from biorl.questions.question import Question

SOURCES = Counter(
    "biorl_question_generator_sources_total", "Sources done, by kind (document, effects, labels).", ["kind"]
)
QUESTIONS = Counter("biorl_question_generator_questions_total", "Questions published.", ["task", "split"])
REFUSED = Counter("biorl_question_generator_refused_total", "Questions not written, by reason.", ["task", "reason"])
RETIRED = Counter("biorl_question_generator_retired_total", "Questions retired because their source was retracted.")

MODEL_REPLIES = Counter(
    "biorl_question_generator_model_replies_total", "Replies of the language model.", ["purpose", "said"]
)
MODEL_TOKENS = Counter(
    "biorl_question_generator_model_tokens_total",
    "Tokens paid for, by purpose and direction.",
    ["purpose", "direction"],
)


class Metrics:
    """An `Observer` that counts."""

    def took(self, kind: str, count: int) -> None:
        SOURCES.labels(kind).inc(count)

    def wrote(self, questions: Sequence[Question]) -> None:
        for (task, split), count in Tally((question.task, question.split) for question in questions).items():
            QUESTIONS.labels(task, split).inc(count)

    def refused(self, refusals: Sequence[RefusalCount]) -> None:
        for refusal in refusals:
            REFUSED.labels(refusal.task, refusal.reason).inc(refusal.count)

    def retired(self, count: int) -> None:
        RETIRED.inc(count)
