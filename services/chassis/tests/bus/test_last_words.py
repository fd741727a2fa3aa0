"""What a broker says before it hangs up is heard, however late the client reads."""

import socket

import pytest
from kafka.errors import KafkaConnectionError
from kafka.net.transport import KafkaTCPTransport

from biorl.chassis.bus.kafka_bus.last_words import hear_last_words


def test_data_that_came_with_the_end_of_a_connection_is_read_before_it() -> None:
    hear_last_words()
    hear_last_words()
    ours, brokers = socket.socketpair()
    ours.setblocking(False)
    transport = KafkaTCPTransport(None, ours)
    brokers.sendall(b"wrong password")
    brokers.close()
    assert transport._sock_recv() == (b"wrong password", None)
    data, error = transport._sock_recv()
    assert data == b""
    with pytest.raises(KafkaConnectionError, match="disconnected"):
        raise error
    ours.close()
