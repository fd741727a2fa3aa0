"""How large a message is, the same on every bus, so that what works on a laptop works on the cluster."""

from biorl.chassis.bus.port import Message
from biorl.chassis.errors import Unprocessable


def message_bytes(message: Message) -> int:
    """Key, value and headers."""
    headers = sum(len(name) + len(value) for name, value in message.headers.items())
    return len(message.key) + len(message.value or b"") + headers


def check_size(topic: str, message: Message, limit: int) -> None:
    """Raises Unprocessable for a message of more than `limit` bytes."""
    size = message_bytes(message)
    if size > limit:
        raise Unprocessable(f"a message of {size} bytes for {topic}: the bus takes at most {limit}")
