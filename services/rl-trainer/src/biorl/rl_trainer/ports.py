"""What a training run needs from outside: questions, a policy that learns, beliefs to stand beside it, a diary."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from biorl.questions.question import Claim, Question
from biorl.rl_trainer.domain.examination import VerifierAnswers

Floats = NDArray[np.float64]


class QuestionFeed(Protocol):
    def snapshot(self) -> tuple[list[Question], dict[str, int]]:
        """Every question up to now, each once and without the retired, with the offsets that say what "now" was."""


class Learner(Protocol):
    """A policy and its trainer, in one folder."""

    def prepare(self, questions: Sequence[Question]) -> None:
        """Makes or loads the policy as it is before training; does nothing when that was done before."""

    def logits(self, questions: Sequence[Question], *, trained: bool) -> Floats:
        """(n) log-odds of "yes" against "no" where the answer goes; of the trained policy or of the first one."""

    def train(self, prompts: Sequence[Question]) -> str:
        """Goes on from the newest checkpoint. "completed", or "stopped" with a checkpoint when the process stops."""

    def supervised_logits(
        self, prompts: Sequence[Question], targets: Floats, questions: Sequence[Question]
    ) -> Floats | None:
        """Of a copy that learned `targets` (P(yes) of each prompt) by cross-entropy; None without such a row."""


class Beliefs(Protocol):
    def beliefs(self, claims: Sequence[Claim]) -> VerifierAnswers | None:
        """None when no verifier was named."""


class RunFolder(Protocol):
    """What a run keeps; every write is whole or not at all."""

    def keep_questions(self, questions: Sequence[Question], offsets: dict[str, int]) -> str:
        """Returns the digest."""

    def questions(self) -> list[Question] | None:
        """As kept, after their digest was checked; None before they were."""

    def keep(self, name: str, content: dict[str, Any]) -> None: ...

    def kept(self, name: str) -> dict[str, Any] | None: ...

    def path(self, name: str) -> Path: ...


class Diary(Protocol):
    """Tells the world what happens to the run."""

    def started(self, digest: str, num_questions: int) -> None: ...

    def evaluated(self, stage: str, metrics: dict[str, float]) -> None:
        """At the stage "before" or "after" training; a resumed run tells again what it found earlier."""

    def finished(self, outcome: str, reason: str = "") -> None: ...
