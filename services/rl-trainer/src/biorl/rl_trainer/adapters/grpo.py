"""GRPO by TRL on a policy's folder: rewards from a function, exact resume, a checkpoint when asked to stop.

TRL's defaults are wrong for this job (no KL, rewards scaled by the group's deviation, learning rate 1e-6), so each one
that matters is set; see the facts behind them in the README.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from transformers import PrinterCallback, TrainerCallback, TrainerControl, TrainerState, TrainingArguments, set_seed
from transformers.trainer_utils import get_last_checkpoint

from biorl.questions.question import Question
from biorl.rl_trainer.adapters.policy import load, messages
from biorl.rl_trainer.domain.recipe import Policy, PretrainedPolicy, Recipe

logger = logging.getLogger(__name__)


class StopAskedError(RuntimeError):
    """The process stops while rewards are waited for; training goes on from the newest checkpoint."""


def train(  # noqa: PLR0917 - TRL wants all of it at once
    start: Path | str,
    folder: Path,
    prompts: Sequence[Question],
    reward: Callable[..., Any],
    settings: Recipe,
    policy: Policy,
    seed: int,
    stopping: Callable[[], bool],
    on_checkpoint: Callable[[int], None],
    on_step: Callable[[Mapping[str, float]], None],
) -> str:
    """ "completed" with the policy under `folder/trained`, or "stopped" with one under `folder/checkpoints`, if any."""
    from trl.trainer.grpo_config import GRPOConfig  # noqa: PLC0415 - seconds, which only training has to wait for
    from trl.trainer.grpo_trainer import GRPOTrainer  # noqa: PLC0415

    if stopping():
        return "stopped"
    set_seed(seed)
    model, tokenizer = load(start, policy)
    checkpoints = folder / "checkpoints"
    diary = _Diary(folder / "metrics.jsonl", settings.steps, stopping, on_checkpoint, on_step)
    trainer = GRPOTrainer(
        model=model.train(),
        reward_funcs=reward,
        args=GRPOConfig(**_arguments(settings, policy, seed, checkpoints)),
        train_dataset=Dataset.from_list([{"prompt": messages(item), "question_id": item.id} for item in prompts]),
        processing_class=tokenizer,
        callbacks=[diary],
    )
    trainer.remove_callback(PrinterCallback)  # the diary has every number, one file for all of them
    logging.getLogger("trl.trainer.grpo_trainer").addFilter(_is_not_counted_anyway)
    newest = get_last_checkpoint(str(checkpoints)) if checkpoints.is_dir() else None
    try:
        trainer.train(resume_from_checkpoint=newest)
    except StopAskedError:
        return "stopped"
    if trainer.state.global_step < settings.steps:
        return "stopped"
    trainer.save_model(str(folder / "trained.part"))
    tokenizer.save_pretrained(folder / "trained.part")
    (folder / "trained.part").replace(folder / "trained")
    return "completed"


def _is_not_counted_anyway(record: logging.LogRecord) -> bool:
    """TRL prints each rollout that nobody scored; the metric "unscored" counts them, and an outage is said once."""
    return "All reward functions returned None" not in record.getMessage()


def _arguments(settings: Recipe, policy: Policy, seed: int, checkpoints: Path) -> dict[str, Any]:
    gpu = torch.cuda.is_available()
    return {
        "output_dir": str(checkpoints),
        "max_steps": settings.steps,
        "learning_rate": settings.learning_rate,
        "lr_scheduler_type": "linear",
        "warmup_steps": settings.warm_up,
        "beta": settings.beta,
        "scale_rewards": "none",
        "loss_type": "dapo",
        "per_device_train_batch_size": settings.rollouts_per_step,
        "gradient_accumulation_steps": 1,
        "num_generations": settings.num_generations,
        "max_completion_length": settings.max_completion_tokens,
        "temperature": settings.temperature,
        "gradient_checkpointing": False,
        "bf16": gpu and isinstance(policy, PretrainedPolicy) and policy.bf16,
        "use_cpu": not gpu,
        "seed": seed,
        "data_seed": seed,
        "logging_steps": 1,
        "logging_nan_inf_filter": False,  # a loss that is no number must be seen
        "save_strategy": "steps",
        "save_steps": settings.checkpoint_every,
        "save_total_limit": settings.keep_checkpoints,
        "report_to": "none",
        "disable_tqdm": True,
        "dataloader_pin_memory": gpu,
    }


class _Diary(TrainerCallback):
    """One JSON line a step, for people and reports; tells of steps and checkpoints, and is the ear for a stop."""

    def __init__(
        self,
        path: Path,
        steps: int,
        stopping: Callable[[], bool],
        on_checkpoint: Callable[[int], None],
        on_step: Callable[[Mapping[str, float]], None],
    ) -> None:
        self._path = path
        self._steps = steps
        self._stopping = stopping
        self._on_checkpoint = on_checkpoint
        self._on_step = on_step

    def on_train_begin(
        self,
        args: TrainingArguments,  # noqa: ARG002 - the signature is the callback's
        state: TrainerState,
        control: TrainerControl,  # noqa: ARG002
        **_: Any,
    ) -> None:
        self._on_step({"step": state.global_step, "of": self._steps})

    def on_log(
        self,
        args: TrainingArguments,  # noqa: ARG002
        state: TrainerState,
        control: TrainerControl,  # noqa: ARG002
        logs: dict[str, float] | None = None,
        **_: Any,
    ) -> None:
        if not logs or "reward" not in logs:
            return
        line = {"step": state.global_step, "of": self._steps} | {key: float(value) for key, value in logs.items()}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        self._on_step(line)
        if state.global_step % 20 == 0:
            logger.info("step %d of %d, reward %.3f", state.global_step, self._steps, logs["reward"])

    def on_step_end(
        self,
        args: TrainingArguments,  # noqa: ARG002
        state: TrainerState,
        control: TrainerControl,
        **_: Any,
    ) -> None:
        if self._stopping():
            logger.info("asked to stop: a checkpoint at step %d", state.global_step)
            control.should_save = control.should_training_stop = True

    def on_save(
        self,
        args: TrainingArguments,  # noqa: ARG002
        state: TrainerState,
        control: TrainerControl,  # noqa: ARG002
        **_: Any,
    ) -> None:
        self._on_checkpoint(state.global_step)
