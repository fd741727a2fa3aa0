"""Settings of the rl-trainer. Every key but the addresses has a default that trains a tiny policy on one machine."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from biorl.chassis.bus.config import BusConfig
from biorl.chassis.config import Frozen, ServiceConfig
from biorl.chassis.grpc.config import GrpcClientConfig
from biorl.rl_trainer.domain.recipe import Examination, Policy, Recipe, TinyPolicy


class QuestionsConfig(Frozen):
    topic: str = "biorl.questions.v1"
    min_questions: PositiveInt = 1
    """Wait until so many are there ..."""
    quiet_s: NonNegativeFloat = 5.0
    """... and none has come for so long."""
    tasks: tuple[str, ...] = ("perturbation.direction",)
    cell_lines: tuple[str, ...] = ()
    """Empty takes all."""
    prompt_splits: tuple[Literal["train", "validation", "test"], ...] = ("test",)
    """Which questions are prompts. Held-out ones go without their labels: the benchmark's pairs, not its answers."""
    informative_only: bool = True
    """Prompts only on readout genes with both answers in the train split."""
    covered_only: bool = True
    """Prompts only where `verifier` has a belief: on the others every rollout would go unscored."""


class OutageConfig(Frozen):
    on_outage: Literal["wait", "stop"] = "wait"
    """While rewards cannot be had: stand still, or end with an error. Never invent one."""
    patience_s: PositiveFloat = 3600.0


class Config(ServiceConfig):
    bus: BusConfig
    rewards: GrpcClientConfig
    """The reward-aggregator."""
    verifier: GrpcClientConfig | None = None
    """A soft-verifier, for the rows beside the policy; None leaves them out."""
    run_dir: Path
    """Everything of the run lies under `<run_dir>/<run_id>`."""
    run_id: str = Field(default="run", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    """The same id goes on where it stopped."""
    runs_topic: str = "biorl.runs.v1"
    composition: str = ""
    """Empty for the reward service's default."""
    seed: NonNegativeInt = 0
    policy: Annotated[Policy, Field(discriminator="type")] = TinyPolicy()
    questions: QuestionsConfig = QuestionsConfig()
    training: Recipe = Recipe()
    evaluation: Examination = Examination()
    outage: OutageConfig = OutageConfig()
