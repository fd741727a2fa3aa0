"""Wiring of the rl-trainer: a job that ends when the run is completed, or stops with a checkpoint on SIGTERM.

Exit status 0 means completed; 75 that it was asked to stop before, and goes on when it is started again.
"""

import logging
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from biorl.chassis.interrupt import interrupt_ends_the_process

with interrupt_ends_the_process():
    from biorl.chassis.life import Life
    from biorl.chassis.process import MISUSE, run
    from biorl.chassis.signals import stop_ends_the_process
    from biorl.questions.question import Question
    from biorl.rl_trainer.config import Config

if TYPE_CHECKING:
    from biorl.client.rewards import Outage
    from biorl.rl_trainer.adapters.run_events import BusDiary
    from biorl.rl_trainer.adapters.run_folder import FolderOfRun
    from biorl.rl_trainer.service import TrainingRun

logger = logging.getLogger(__name__)

STOPPED = 75
"""Exit status (EX_TEMPFAIL) of a run that was asked to stop before it was complete: a Kubernetes Job whose pod was
moved must not take it for success. The next start goes on from the checkpoint."""


def train(config: Config, life: Life) -> None:
    with stop_ends_the_process(life, STOPPED):
        from biorl.chassis.bus import TopicSpec, open_bus  # noqa: PLC0415 - heavy imports after the configuration
        from biorl.client.adaptors.trl import RewardFunction  # noqa: PLC0415
        from biorl.rl_trainer.adapters.beliefs import VerifierBeliefs  # noqa: PLC0415
        from biorl.rl_trainer.adapters.learner import FolderLearner  # noqa: PLC0415
        from biorl.rl_trainer.adapters.metrics import reached  # noqa: PLC0415
        from biorl.rl_trainer.adapters.questions import BusQuestions  # noqa: PLC0415
        from biorl.rl_trainer.adapters.run_events import BusDiary  # noqa: PLC0415
        from biorl.rl_trainer.adapters.run_folder import FolderOfRun  # noqa: PLC0415
        from biorl.rl_trainer.domain.selection import Selection  # noqa: PLC0415
        from biorl.rl_trainer.service import TrainingRun  # noqa: PLC0415

    bus = open_bus(config.bus)
    bus.ensure_topics([TopicSpec(config.questions.topic), TopicSpec(config.runs_topic, partitions=1)])
    folder = FolderOfRun(config.run_dir / config.run_id)
    _wait_for_its_lock(folder, life)
    diary = BusDiary(bus.producer(), config.runs_topic, config.run_id, config.model_dump_json(), config.policy.type)

    outage = _outage(config, diary, life)

    def make_reward(questions: Mapping[str, Question]) -> Callable[..., Any]:
        return RewardFunction(
            config.rewards,
            questions,
            composition=config.composition,
            run_id=config.run_id,
            outage=outage,
            scale=config.training.reward_scale,
        )

    learner = FolderLearner(
        folder.path("."),
        config.policy,
        config.training,
        config.evaluation,
        config.seed,
        make_reward,
        lambda: life.stopping,
        lambda step: diary.checkpointed(step, str(folder.path(f"checkpoints/checkpoint-{step}"))),
        partial(reached, config.run_id),
    )
    wanted = config.questions
    training = TrainingRun(
        feed=BusQuestions(bus, wanted.topic, wanted.min_questions, wanted.quiet_s, life.wait),
        folder=folder,
        learner=learner,
        beliefs=VerifierBeliefs(config.verifier, config.evaluation.verifier, outage),
        diary=diary,
        selection=Selection(
            wanted.tasks,
            wanted.cell_lines,
            wanted.prompt_splits,
            wanted.informative_only,
            wanted.covered_only,
            config.training.prompts_per_step,
        ),
        seed=config.seed,
        null_draws=config.evaluation.null_draws,
    )
    life.ready()
    outcome = _outcome(training, config.run_id)
    logger.info("run %s: %s", config.run_id, outcome)
    if outcome == "stopped":
        raise SystemExit(STOPPED)


def _outage(config: Config, diary: "BusDiary", life: Life) -> "Outage":
    from biorl.client.rewards import Outage  # noqa: PLC0415 - heavy imports after the configuration
    from biorl.rl_trainer.adapters.grpo import StopAskedError  # noqa: PLC0415

    def on_waiting(reason: str) -> None:
        diary.waiting(reason)
        life.not_ready(reason)
        if life.stopping:
            raise StopAskedError

    def on_resumed() -> None:
        diary.resumed()
        life.ready()

    return Outage(config.outage.on_outage, config.outage.patience_s, on_waiting, on_resumed)


def _outcome(training: "TrainingRun", run_id: str) -> str:
    from biorl.rl_trainer.adapters.grpo import StopAskedError  # noqa: PLC0415 - heavy imports after the configuration
    from biorl.rl_trainer.adapters.questions import StoppedWhileWaitingError  # noqa: PLC0415
    from biorl.rl_trainer.adapters.run_folder import DamagedRunError  # noqa: PLC0415
    from biorl.rl_trainer.domain.selection import NoQuestionsError  # noqa: PLC0415

    try:
        return training.run()
    except (StopAskedError, StoppedWhileWaitingError):
        return "stopped"
    except (NoQuestionsError, DamagedRunError) as error:
        logger.error("run %s cannot be trained: %s", run_id, error)
        raise SystemExit(MISUSE) from error


def _wait_for_its_lock(folder: "FolderOfRun", life: Life) -> None:
    """A new pod may start before the old one has written its last checkpoint."""
    reason = "another process works on this run; waiting for it to end"

    def asked_to_stop() -> bool:
        if life.reason != reason:
            logger.warning(reason)
            life.not_ready(reason)
        return life.wait(1.0)

    if not folder.lock(asked_to_stop):
        raise SystemExit(STOPPED)


def main() -> int:
    """The exit status."""
    return run("rl-trainer", Config, train)


if __name__ == "__main__":
    sys.exit(main())
