"""Questions on the bus: published, retired, and read as they stand now.

A retired question is a message with its id as key, no value and the header `retired: true`. The topic is not compacted:
what was asked stays on record, and a reader drops a question when it meets the tombstone.
"""

from collections.abc import Iterator, Sequence

from google.protobuf.message import DecodeError

from biorl.chassis.bus import Bus, Message, Producer
from biorl.chassis.bus.tracing import trace_headers
from biorl.question.v1 import question_pb2 as pb
from biorl.questions.question import Question
from biorl.questions.wire import question_from_wire, question_to_wire

MESSAGE_TYPE = pb.Question.DESCRIPTOR.full_name.encode()
RETIRED = "retired"


class BusQuestions:
    """`Questions` through a producer."""

    def __init__(self, producer: Producer, topic: str) -> None:
        self._producer = producer
        self._topic = topic

    def publish(self, questions: Sequence[Question]) -> None:
        headers = {"message-type": MESSAGE_TYPE, **trace_headers()}
        self._send(
            [
                Message(question.id.encode(), question_to_wire(question).SerializeToString(deterministic=True), headers)
                for question in questions
            ]
        )

    def retire(self, question_ids: Sequence[str]) -> None:
        headers = {"message-type": MESSAGE_TYPE, RETIRED: b"true", **trace_headers()}
        self._send([Message(question_id.encode(), None, headers) for question_id in question_ids])

    def _send(self, messages: Sequence[Message]) -> None:
        if messages:
            self._producer.publish(self._topic, messages)


def questions_on(bus: Bus, topic: str) -> Iterator[Question]:
    """Every question that is not retired, once. Raises ValueError for a message that is no question."""
    standing: dict[bytes, bytes] = {}
    for record in bus.read({}, bus.end_offsets(topic)):
        if record.value is None:
            standing.pop(record.key, None)
        else:
            standing[record.key] = record.value
    for key, value in standing.items():
        try:
            yield question_from_wire(pb.Question.FromString(value))
        except DecodeError as error:
            msg = f"the message with key {key!r} on {topic} is no question"
            raise ValueError(msg) from error
