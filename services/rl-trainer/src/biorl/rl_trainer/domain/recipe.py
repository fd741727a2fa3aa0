"""How a policy is made and trained, as values. The configuration holds these very classes; adapters act on them.

The defaults of `Recipe` are for the tiny policy. A pretrained one wants a learning rate of about 1e-6 and longer
completions.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

_NO_OTHER_KEYS = {"extra": "forbid"}  # read by pydantic when the configuration is parsed


@dataclass(frozen=True)
class TinyPolicy:
    """A transformer made from scratch out of the questions' own words, warmed up on the answer format alone."""

    __pydantic_config__: ClassVar = _NO_OTHER_KEYS

    type: Literal["tiny"] = "tiny"
    layers: int = 2
    hidden: int = 128
    warm_up_steps: int = 100
    """Batches of 64 random questions with random answers: form, and no knowledge."""


@dataclass(frozen=True)
class PretrainedPolicy:
    """Any Hugging Face causal language model, by name or path."""

    __pydantic_config__: ClassVar = _NO_OTHER_KEYS

    type: Literal["pretrained"]
    path: str
    bf16: bool = True
    """On a GPU only."""


Policy = TinyPolicy | PretrainedPolicy


@dataclass(frozen=True)
class Recipe:
    """GRPO."""

    __pydantic_config__: ClassVar = _NO_OTHER_KEYS

    steps: int = 520
    learning_rate: float = 1e-3
    warm_up: int = 10
    """Steps until the learning rate is full; then it falls linearly."""
    beta: float = 0.2
    """Weight of the KL divergence from the start; without it a tiny policy collapses to one answer."""
    rollouts_per_step: int = 256
    num_generations: int = 4
    """Rollouts of one question."""
    max_completion_tokens: int = 6
    temperature: float = 1.0
    reward_scale: float = 2.0
    """Multiplies rewards. A centred reward is .5 + (p - base rate) / 2; 2 gives back the full difference."""
    checkpoint_every: int = 50
    keep_checkpoints: int = 2

    @property
    def prompts_per_step(self) -> int:
        return self.rollouts_per_step // self.num_generations


@dataclass(frozen=True)
class Examination:
    """What stands beside the policy when it is judged."""

    __pydantic_config__: ClassVar = _NO_OTHER_KEYS

    verifier: str = "perturbation-knn"
    """Whose beliefs stand beside the policy."""
    supervised_steps: int = 400
    """Of the reference that learns the verifier's beliefs by cross-entropy; tiny policy only; 0 leaves it out."""
    null_draws: int = 200
    batch: int = 256
    """Questions asked at once."""
