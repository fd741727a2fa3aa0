"""Lets kafka-python hear what a broker said before it hung up.

Up to 3.0.12 its transports throw away what they read together with the end of the connection. A broker that refuses a
password says so and hangs up at once: to a client on a busy machine it looked like a broker that is away. kafka-python
offers no place for another transport, so one method of its own is wrapped.
"""

import functools
from collections.abc import Callable
from typing import Any

from kafka.net.transport import KafkaSSLTransport, KafkaTCPTransport

Received = tuple[bytes, Exception | None]


def hear_last_words() -> None:
    """Idempotent."""
    for transport in (KafkaTCPTransport, KafkaSSLTransport):
        if not hasattr(transport._sock_recv, "__wrapped__"):  # noqa: SLF001 - see above
            transport._sock_recv = _data_before_the_end(transport._sock_recv)  # noqa: SLF001


def _data_before_the_end(receive: Callable[[Any], Received]) -> Callable[[Any], Received]:
    """The end of a connection is still there when it is read again."""

    @functools.wraps(receive)
    def received(transport: Any) -> Received:
        data, error = receive(transport)
        return data, None if data else error

    return received
