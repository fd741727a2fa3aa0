"""What adaptors for frameworks that call once a sample share: find the question, ask together, keep names constant.

Picklable when the questions are given as a path; each process opens its own channel and reads them at the first call.
"""

import math
import threading
from pathlib import Path
from typing import Any

from biorl.chassis.grpc.config import GrpcClientConfig
from biorl.client.blocking import BlockingRewardClient
from biorl.client.dataset import Questions, load_questions
from biorl.client.outage import Outage
from biorl.client.reward import Reward
from biorl.questions.question import Question


class SampleScorer:
    """Thread-safe."""

    def __init__(
        self,
        config: GrpcClientConfig | str,
        questions: Questions | Path | str,
        *,
        composition: str = "",
        run_id: str = "",
        outage: Outage | None = None,
    ) -> None:
        """`questions` by id, or the folder of an exported dataset."""
        self._client = BlockingRewardClient(config, outage, composition=composition, run_id=run_id)
        self._given = questions
        self._read: Questions | None = None
        self._reading = threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        return {"_client": self._client, "_given": self._given}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _read=None, _reading=threading.Lock())

    def score(self, question_id: str, completion: str) -> Reward:
        """Raises KeyError for a question that is not there, RewardsUnavailableError as the outage policy says."""
        return self._client.score_one(self._question(question_id), completion)

    async def score_async(self, question_id: str, completion: str) -> Reward:
        return await self._client.score_one_async(self._question(question_id), completion)

    def close(self) -> None:
        self._client.close()

    def _question(self, question_id: str) -> Question:
        with self._reading:
            if self._read is None:
                given = self._given
                self._read = load_questions(given) if isinstance(given, Path | str) else given
        return self._read[question_id]


def part_values(reward: Reward) -> dict[str, float]:
    """`part/<name>` of every part, NaN where it was left out: frameworks want the same keys for every sample."""
    return {f"part/{part.name}": math.nan if part.value is None else part.value for part in reward.parts}
