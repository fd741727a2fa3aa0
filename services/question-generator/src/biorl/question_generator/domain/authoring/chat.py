"""What is asked of a language model and what it says, in no vendor's words; and the versioned texts of prompts."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from biorl.questions.identity import digest
from biorl.questions.question import ChatMessage


class Said(StrEnum):
    """What came of a request."""

    ANSWERED = "answered"
    REFUSED = "refused"
    """By a safety filter or by the model itself."""
    CUT_OFF = "cut_off"
    """More than the model may say."""
    REJECTED = "rejected"
    """The endpoint does not take such a request, for example because it is too long."""
    OVER_BUDGET = "over_budget"
    """Never sent."""


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One completion. `attempt` tells repeated samples of the same messages apart."""

    purpose: str
    """`write`, `solve`, `read`, `guess`, `judge`: for the account."""
    messages: tuple[ChatMessage, ...]
    max_tokens: int
    temperature: float
    attempt: int = 0

    def key(self, model: str) -> str:
        """Equal requests to the same model are paid once."""
        spoken = [(message.role, message.content) for message in self.messages]
        return digest([model, self.purpose, spoken, self.max_tokens, self.temperature, self.attempt])


@dataclass(frozen=True, slots=True)
class ChatReply:
    said: Said
    text: str = ""
    input_tokens: int = 0
    output_tokens: int = 0


@cache
def prompt_text(name: str) -> str:
    """Of a versioned prompt ("write@1"). Raises ValueError for one that does not exist."""
    folder = resources.files(__package__).joinpath("prompts")
    known = sorted(file.name.removesuffix(".txt") for file in folder.iterdir() if file.name.endswith(".txt"))
    if name not in known:
        msg = f"no prompt {name!r}; there are {', '.join(known)}"
        raise ValueError(msg)
    return folder.joinpath(f"{name}.txt").read_text(encoding="utf-8")
