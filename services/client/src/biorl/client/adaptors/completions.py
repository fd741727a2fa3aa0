"""A completion as frameworks hand it over: plain text, or the chat messages that the model wrote."""

from collections.abc import Mapping, Sequence
from typing import Any

Completion = str | Sequence[Mapping[str, Any]]


def text_of(completion: Completion) -> str:
    """What the assistant said; tool results and other roles are not the policy's words."""
    if isinstance(completion, str):
        return completion
    return "".join(
        _content(message.get("content")) for message in completion if message.get("role", "assistant") == "assistant"
    )


def _content(content: Any) -> str:
    """Text, or the text blocks of a multimodal message."""
    if isinstance(content, str):
        return content
    return "".join(block.get("text", "") for block in content or () if isinstance(block, Mapping))
