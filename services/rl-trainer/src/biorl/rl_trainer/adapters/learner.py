"""A policy and its training in one folder: `start` before, `checkpoints` meanwhile, `trained` after."""

import logging
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from biorl.questions.question import Question
from biorl.rl_trainer.adapters import grpo
from biorl.rl_trainer.adapters.policy import fit_beliefs, load, make_tiny, yes_no_logits
from biorl.rl_trainer.domain.recipe import Examination, Policy, Recipe, TinyPolicy
from biorl.rl_trainer.ports import Floats

logger = logging.getLogger(__name__)

MakeReward = Callable[[Mapping[str, Question]], Callable[..., Any]]
"""From the prompts by id, the reward function that TRL calls."""


@dataclass(frozen=True, slots=True)
class FolderLearner:
    folder: Path
    policy: Policy
    training: Recipe
    evaluation: Examination
    seed: int
    make_reward: MakeReward
    stopping: Callable[[], bool]
    on_checkpoint: Callable[[int], None]
    on_step: Callable[[Mapping[str, float]], None]
    """Told each line of metrics.jsonl, and when training starts."""

    @property
    def _start(self) -> Path | str:
        return self.folder / "start" if isinstance(self.policy, TinyPolicy) else self.policy.path

    def prepare(self, questions: Sequence[Question]) -> None:
        if not isinstance(self.policy, TinyPolicy) or (self.folder / "start").is_dir():
            return
        logger.info("making a tiny policy from the words of %d questions", len(questions))
        part = self.folder / "start.part"
        shutil.rmtree(part, ignore_errors=True)
        make_tiny([item.sealed() for item in questions], self.policy, self.seed, part)
        part.replace(self.folder / "start")

    def logits(self, questions: Sequence[Question], *, trained: bool) -> Floats:
        model, tokenizer = load(self.folder / "trained" if trained else self._start, self.policy)
        return yes_no_logits(model, tokenizer, questions, self.evaluation.batch)

    def train(self, prompts: Sequence[Question]) -> str:
        if (self.folder / "trained").is_dir():
            return "completed"
        reward = self.make_reward({item.id: item for item in prompts})
        return grpo.train(
            self._start,
            self.folder,
            prompts,
            reward,
            self.training,
            self.policy,
            self.seed,
            self.stopping,
            self.on_checkpoint,
            self.on_step,
        )

    def supervised_logits(
        self, prompts: Sequence[Question], targets: Floats, questions: Sequence[Question]
    ) -> Floats | None:
        steps = self.evaluation.supervised_steps
        if not steps or not isinstance(self.policy, TinyPolicy):
            return None
        model, tokenizer = load(self._start, self.policy)
        fit_beliefs(model, tokenizer, prompts, targets, steps, self.seed)
        return yes_no_logits(model, tokenizer, questions, self.evaluation.batch)
