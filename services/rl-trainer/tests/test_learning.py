"""The defaults of `TinyPolicy` and `Recipe` learn what a verifier believes, where no gene says anything by itself."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from biorl.evaluation.per_gene import auc_per_gene
from biorl.questions.question import Question
from biorl.questions.testing import direction_question
from biorl.rl_trainer.adapters import grpo
from biorl.rl_trainer.adapters.policy import fit_beliefs, load, make_tiny, yes_no_logits
from biorl.rl_trainer.domain.examination import sigmoid
from biorl.rl_trainer.domain.recipe import Recipe, TinyPolicy

pytestmark = pytest.mark.slow


def asked(genes: int) -> tuple[list[Question], np.ndarray]:
    """Each gene perturbed, and each read; and what a verifier believes [pair].

    Half the perturbations raise half the readouts and lower the others: no gene tends to yes.
    """
    pairs = [(perturbed, readout) for perturbed in range(genes) for readout in range(genes)]
    believed = np.array([0.85 if (perturbed + readout) % 2 == 0 else 0.15 for perturbed, readout in pairs])
    return [direction_question(f"P{perturbed}", f"G{readout}") for perturbed, readout in pairs], believed


def paying(prompts: list[Question], believed: np.ndarray) -> Callable[..., list[float]]:
    """Rewards as the aggregator centres them; an answer that cannot be read earns nothing."""
    lift = dict(zip([item.id for item in prompts], believed - 0.5, strict=True))

    def reward(completions: list[list[dict[str, str]]], question_id: list[str], **_: object) -> list[float]:
        side = {"<answer> yes </answer>": 1, "<answer> no </answer>": -1}
        said = [message["content"].strip() for (message,) in completions]
        return [
            1 + side[text] * lift[one] if text in side else 0.0 for text, one in zip(said, question_id, strict=True)
        ]

    return reward


def test_a_policy_takes_over_what_the_verifier_believes_of_pairs(tmp_path: Path) -> None:
    prompts, believed = asked(genes=8)
    policy, recipe = TinyPolicy(), Recipe(steps=150, rollouts_per_step=128)
    make_tiny(prompts, policy, 0, tmp_path / "start")
    told = grpo.train(
        tmp_path / "start",
        tmp_path,
        prompts,
        paying(prompts, believed),
        recipe,
        policy,
        0,
        lambda: False,
        lambda _: None,
        lambda _: None,
    )
    assert told == "completed"
    logits = yes_no_logits(*load(tmp_path / "trained", policy), prompts, 256)
    readouts = np.array([item.claim.readout for item in prompts])
    assert auc_per_gene(logits, believed > 0.5, readouts).mean > 0.8


def test_the_supervised_reference_says_what_it_was_taught_in_the_form_that_it_is_asked_for(tmp_path: Path) -> None:
    prompts, believed = asked(genes=16)
    policy = TinyPolicy()
    make_tiny(prompts, policy, 0, tmp_path)
    model, tokenizer = load(tmp_path, policy)
    fit_beliefs(model, tokenizer, prompts, believed, 200, seed=0)
    np.testing.assert_allclose(sigmoid(yes_no_logits(model, tokenizer, prompts, 256)), believed, atol=0.1)
