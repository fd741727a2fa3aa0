"""One question with the completions that answer it: what is scored together."""

from dataclasses import dataclass

from biorl.questions.question import Question


@dataclass(frozen=True, slots=True)
class Group:
    question: Question
    completions: tuple[str, ...]
