"""A reward function for TRL's GRPOTrainer (1.16): one aggregated reward, None for a rollout that could not be scored.

One function and not one a part: TRL takes a part that is missing for 0. The parts go to the log instead. Picklable; the
channel is opened in the event loop that calls, at the first call. The dataset needs a column `question_id`.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from biorl.chassis.grpc.config import GrpcClientConfig
from biorl.client.adaptors.completions import Completion, text_of
from biorl.client.outage import Outage
from biorl.client.reward import Reward, grouped
from biorl.client.rewards import RewardClient
from biorl.questions.question import Question

LogMetric = Callable[[str, float], None]
LogExtra = Callable[[str, list[Any]], None]


class RewardFunction:
    """`GRPOTrainer(reward_funcs=RewardFunction(target, questions))`; for AsyncGRPOTrainer as well."""

    __name__ = "biorl"  # TRL logs a reward under this name

    def __init__(
        self,
        config: GrpcClientConfig | str,
        questions: Mapping[str, Question],
        *,
        composition: str = "",
        run_id: str = "",
        outage: Outage | None = None,
        scale: float = 1.0,
    ) -> None:
        """`questions` by id; `scale` multiplies every reward."""
        self._config = config
        self._questions = {key: question.sealed() for key, question in questions.items()}
        self._composition = composition
        self._run_id = run_id
        self._outage = outage
        self._scale = scale
        self._clients: dict[asyncio.AbstractEventLoop, RewardClient] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_clients": {}}

    async def __call__(
        self,
        completions: Sequence[Completion],
        question_id: Sequence[str],
        log_metric: LogMetric | None = None,
        log_extra: LogExtra | None = None,
        **_: Any,
    ) -> list[float | None]:
        """Raises KeyError for a question that was not given, RewardsUnavailableError as the outage policy says."""
        texts = [text_of(completion) for completion in completions]
        groups, places = grouped(texts, [self._questions[key] for key in question_id])
        answers = await self._client().score(groups, self._composition, self._run_id)
        rewards = [answers[group][row] for group, row in places]
        if log_metric:
            log_means(rewards, log_metric)
        if log_extra:
            log_rows(rewards, log_extra)
        return [None if item.reward is None else self._scale * item.reward for item in rewards]

    def _client(self) -> RewardClient:
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            self._clients = {known: client for known, client in self._clients.items() if not known.is_closed()}
            self._clients[loop] = RewardClient(self._config, self._outage)
        return self._clients[loop]


def log_means(rewards: Sequence[Reward], log_metric: LogMetric) -> None:
    """The mean of each part over the rollouts that have it, and how many rollouts went without a reward."""
    log_metric("unscored", sum(item.reward is None for item in rewards) / max(1, len(rewards)))
    values: dict[str, list[float]] = {}
    for item in rewards:
        for part in item.parts:
            if part.value is not None:
                values.setdefault(part.name, []).append(part.value)
    for name, given in values.items():
        log_metric(f"part/{name}", sum(given) / len(given))


def log_rows(rewards: Sequence[Reward], log_extra: LogExtra) -> None:
    """Columns of TRL's table of completions, one value a rollout."""
    log_extra("reward_status", [item.status for item in rewards])
    log_extra("reward_reason", [item.reason for item in rewards])
    names = list(dict.fromkeys(part.name for item in rewards for part in item.parts))
    for name in names:
        log_extra(f"part/{name}", [next((p.value for p in item.parts if p.name == name), None) for item in rewards])
