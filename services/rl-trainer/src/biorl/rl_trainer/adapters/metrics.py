"""The rl-trainer's metrics, all of them; `reached` feeds those of a step.

Run events feed the others (`run_events.py`). Every one has the label `run`, the run's id: one process works on one run.
What the log line of a step does not have, such as `kl` without a KL term, is not set.
"""

from collections.abc import Mapping
from typing import Final

from prometheus_client import Gauge

RUN: Final = ("run",)

STEP: Final = Gauge("biorl_rl_trainer_step", "The last step that is done.", RUN)
STEPS: Final = Gauge("biorl_rl_trainer_steps", "Steps planned.", RUN)
# Training's start counts too, so that a run whose first step never comes is seen.
LAST_STEP: Final = Gauge(
    "biorl_rl_trainer_last_step_timestamp_seconds", "When the last step ended, or training started.", RUN
)
LAST_CHECKPOINT: Final = Gauge(
    "biorl_rl_trainer_last_checkpoint_timestamp_seconds", "When this process last kept a checkpoint.", RUN
)
WAITING: Final = Gauge(
    "biorl_rl_trainer_waiting", "1 while an outage of rewards or beliefs is waited out, else 0.", RUN
)
AUC_PER_GENE: Final = Gauge(
    "biorl_rl_trainer_auc_per_gene",
    'The mean AUC within a readout gene on held-out questions, at the stage "before" or "after" training.',
    (*RUN, "stage"),
)

# By the key that each has in TRL's log, and so in metrics.jsonl.
OF_THE_LAST_STEP: Final[Mapping[str, Gauge]] = {
    "reward": Gauge(
        "biorl_rl_trainer_reward",
        "Mean reward of the last step as the trainer sees it: the aggregator's times training.reward_scale.",
        RUN,
    ),
    "reward_std": Gauge(
        "biorl_rl_trainer_reward_sd", "Standard deviation of the last step's rewards, on the same scale.", RUN
    ),
    "loss": Gauge("biorl_rl_trainer_loss", "Loss of the last step.", RUN),
    "grad_norm": Gauge("biorl_rl_trainer_grad_norm", "Norm of the last step's gradient, before it was clipped.", RUN),
    "kl": Gauge(
        "biorl_rl_trainer_kl", "KL divergence per token from the policy before training, at the last step.", RUN
    ),
    "step_time": Gauge("biorl_rl_trainer_step_seconds", "Seconds that the last step took.", RUN),
    "completions/mean_length": Gauge(
        "biorl_rl_trainer_completion_tokens", "Mean length of the last step's completions.", RUN
    ),
    "unscored": Gauge("biorl_rl_trainer_unscored_share", "Share of the last step's rollouts that have no reward.", RUN),
    "frac_reward_zero_std": Gauge(
        "biorl_rl_trainer_groups_without_spread_share",
        "Share of the last step's groups whose rewards are all the same: nothing to learn from.",
        RUN,
    ),
}


def reached(run: str, line: Mapping[str, float]) -> None:
    """`line` is a step's in metrics.jsonl; at training's start it has "step" and "of" alone."""
    STEP.labels(run).set(line["step"])
    STEPS.labels(run).set(line["of"])
    LAST_STEP.labels(run).set_to_current_time()
    for key in OF_THE_LAST_STEP.keys() & line.keys():
        OF_THE_LAST_STEP[key].labels(run).set(line[key])
