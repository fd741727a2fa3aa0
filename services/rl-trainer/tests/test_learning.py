"""The defaults of `TinyPolicy` and `Recipe` learn what a verifier believes, where no gene says anything by itself."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from biorl.evaluation.per_gene import auc_per_gene
from biorl.questions.question import Question
from biorl.questions.testing import direction_question
from biorl.rl_trainer.adapters import grpo
from biorl.rl_trainer.adapters.policy import load, make_tiny, yes_no_logits
from biorl.rl_trainer.domain.recipe import Recipe, TinyPolicy

GENES = 8
PAIRS = [(perturbed, readout) for perturbed in range(GENES) for readout in range(GENES)]
RISES = np.array([(perturbed + readout) % 2 == 0 for perturbed, readout in PAIRS])
"""Half the perturbations raise half the readouts and lower the others: no gene tends to yes."""


def believing(prompts: list[Question], confidence: float = 0.85) -> Callable[..., list[float]]:
    """Rewards as the aggregator centres them; an answer that cannot be read earns nothing."""
    believed = {item.id: confidence if rises else 1 - confidence for item, rises in zip(prompts, RISES, strict=True)}

    def reward(completions: list[list[dict[str, str]]], question_id: list[str], **_: object) -> list[float]:
        side = {"<answer> yes </answer>": 1, "<answer> no </answer>": -1}
        said = [message["content"].strip() for (message,) in completions]
        lifts = [believed[one] - 0.5 for one in question_id]
        return [1 + side[text] * lift if text in side else 0.0 for text, lift in zip(said, lifts, strict=True)]

    return reward


@pytest.mark.slow
def test_a_policy_takes_over_what_the_verifier_believes_of_pairs(tmp_path: Path) -> None:
    prompts = [direction_question(f"P{perturbed}", f"G{readout}") for perturbed, readout in PAIRS]
    policy, recipe = TinyPolicy(), Recipe(steps=150, rollouts_per_step=128)
    make_tiny(prompts, policy, 0, tmp_path / "start")
    told = grpo.train(
        tmp_path / "start", tmp_path, prompts, believing(prompts), recipe, policy, 0, lambda: False, lambda _: None
    )
    assert told == "completed"
    logits = yes_no_logits(*load(tmp_path / "trained", policy), prompts, 256)
    readouts = np.array([f"G{readout}" for _, readout in PAIRS])
    assert auc_per_gene(logits, RISES, readouts).mean > 0.8
