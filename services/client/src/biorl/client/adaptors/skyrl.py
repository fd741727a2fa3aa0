"""A one-turn environment for SkyRL (skyrl-gym 0.4): a module of yours that says

    from biorl.client.adaptors.skyrl import environment

    biorl = environment("dns:///rewards:50052", "/data/questions")

    register(id="biorl", entry_point="my_module:biorl")

The row's `reward_spec.ground_truth` is its question's id. SkyRL steps in 32 threads; their calls are coalesced. It has
no word for an unscored rollout, so one raises.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from biorl.chassis.grpc.config import GrpcClientConfig
from biorl.client.adaptors.samples import SampleScorer, part_values
from biorl.client.dataset import Questions
from biorl.client.outage import Outage
from biorl.client.reward import number_of


def environment(
    config: GrpcClientConfig | str,
    questions: Questions | Path | str,
    *,
    composition: str = "",
    run_id: str = "",
    outage: Outage | None = None,
) -> Callable[..., Any]:
    """What makes one environment a rollout; `questions` by id, or the folder of an exported dataset."""
    scorer = SampleScorer(config, questions, composition=composition, run_id=run_id, outage=outage)

    def make(env_config: Any = None, extras: Mapping[str, Any] | None = None, **_: Any) -> Any:  # noqa: ARG001
        question_id = str((extras or {})["reward_spec"]["ground_truth"])

        def step(_self: Any, action: str) -> dict[str, Any]:
            """Raises UnscoredError, RewardsUnavailableError, KeyError."""
            reward = scorer.score(question_id, action)
            metadata = {"reason": reward.reason, **part_values(reward)}
            return {"observations": [], "reward": number_of(reward), "done": True, "metadata": metadata}

        base = import_module("skyrl_gym.envs.base_text_env").BaseTextEnv  # only where SkyRL is installed
        return type("OneAnswer", (base,), {"step": step})()

    return make
