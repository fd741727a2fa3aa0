"""A reward function for TRL's GRPOTrainer (1.16): one aggregated reward, None for a rollout that could not be scored.

One function and not one a part: TRL takes a part that is missing for 0. The parts go to the log instead. Picklable; the
channel is opened in the event loop that calls, at the first call. The dataset needs a column `question_id`.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from biorl.chassis.grpc.config import GrpcClientConfig
from biorl.client.rewards import Group, Outage, Reward, RewardClient
from biorl.questions.question import Question

Completion = str | Sequence[Mapping[str, str]]
"""Plain text, or chat messages for a conversational prompt."""


class RewardFunction:
    """`GRPOTrainer(reward_funcs=RewardFunction(target, questions))`."""

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
        self._clients: dict[int, RewardClient] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_clients": {}}

    async def __call__(
        self,
        completions: Sequence[Completion],
        question_id: Sequence[str],
        log_metric: Callable[[str, float], None] | None = None,
        **_: Any,
    ) -> list[float | None]:
        texts = [text_of(completion) for completion in completions]
        groups, places = grouped(texts, [self._questions[key] for key in question_id])
        answers = await self._client().score(groups, self._composition, self._run_id)
        rewards = [answers[group][row] for group, row in places]
        if log_metric:
            log(rewards, log_metric)
        return [None if item.reward is None else self._scale * item.reward for item in rewards]

    def _client(self) -> RewardClient:
        loop = id(asyncio.get_running_loop())
        if loop not in self._clients:
            self._clients[loop] = RewardClient(self._config, self._outage)
        return self._clients[loop]


def text_of(completion: Completion) -> str:
    return completion if isinstance(completion, str) else "".join(message["content"] for message in completion)


def grouped(texts: Sequence[str], questions: Sequence[Question]) -> tuple[list[Group], list[tuple[int, int]]]:
    """One group a question, and for each text its (group, row)."""
    members: dict[str, list[str]] = {}
    asked: dict[str, Question] = {}
    order: list[tuple[str, int]] = []
    for text, question in zip(texts, questions, strict=True):
        asked[question.id] = question
        rows = members.setdefault(question.id, [])
        order.append((question.id, len(rows)))
        rows.append(text)
    number = {key: index for index, key in enumerate(members)}
    groups = [Group(asked[key], tuple(rows)) for key, rows in members.items()]
    return groups, [(number[key], row) for key, row in order]


def log(rewards: Sequence[Reward], log_metric: Callable[[str, float], None]) -> None:
    """The mean of each part over the rollouts that have it, and how many rollouts went without a reward."""
    log_metric("unscored", sum(item.reward is None for item in rewards) / max(1, len(rewards)))
    values: dict[str, list[float]] = {}
    for item in rewards:
        for part in item.parts:
            if part.value is not None:
                values.setdefault(part.name, []).append(part.value)
    for name, given in values.items():
        log_metric(f"part/{name}", sum(given) / len(given))
