"""Groups of completions out of what a person typed or a file holds, and their rewards from a reward service."""

import json
from collections.abc import Sequence
from pathlib import Path

from biorl.client import Group, Outage, Reward, RewardClient
from biorl.questions.question import Question
from biorl.rl_trainer.adapters.run_folder import FolderOfRun
from biorl.standalone.errors import BadRequestError
from biorl.standalone.runs.configs import TRAINING_RUN
from biorl.standalone.runs.workspace import Workspace


async def rewards_of(where: str, groups: Sequence[Group]) -> tuple[tuple[Reward, ...], ...]:
    """Raises RewardsUnavailableError at once when the service does not answer."""
    async with RewardClient(where, Outage("stop")) as client:
        return await client.score(groups)


class AskedQuestions:
    """The questions of a run's training, by the beginning of their ids."""

    def __init__(self, place: Workspace) -> None:
        folder = place.training / TRAINING_RUN
        self._known = (FolderOfRun(folder).questions() if folder.is_dir() else None) or []

    def find(self, prefix: str) -> Question:
        found = [item for item in self._known if item.id.startswith(prefix)]
        if len(found) != 1:
            msg = f"{len(found)} questions of the run have an id that starts with {prefix!r}; {self._hint()}"
            raise BadRequestError(msg)
        return found[0]

    def group(self, question: str, completions: Sequence[str]) -> Group:
        """Out of arguments."""
        if not question or not completions:
            msg = f"give a question id and a completion, or a file with --jsonl; {self._hint()}"
            raise BadRequestError(msg)
        return Group(self.find(question), tuple(completions))

    def groups(self, jsonl: Path) -> list[Group]:
        """Out of a file of JSON lines."""
        if not jsonl.is_file():
            msg = f"there is no file {jsonl}"
            raise BadRequestError(msg)
        lines = jsonl.read_text(encoding="utf-8").splitlines()
        return [self._group(line, f"{jsonl}, line {number}") for number, line in enumerate(lines, start=1) if line]

    def _group(self, line: str, where: str) -> Group:
        try:
            content = json.loads(line)
            question, texts = str(content["question"]), tuple(str(text) for text in content["completions"])
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            msg = f'{where} is not {{"question": id, "completions": [text, ...]}}'
            raise BadRequestError(msg) from error
        return self.group(question, texts)

    def _hint(self) -> str:
        if not self._known:
            return "the run has no questions yet"
        example = self._known[0]
        return f"for example {example.id[:12]} asks: {example.prompt[-1].content}"
