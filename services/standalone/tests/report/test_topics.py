"""Counting what topics hold: every question once, however often it was published."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from biorl.chassis.bus import Bus, Message, SqliteBusConfig, TopicSpec, open_bus
from biorl.question.v1 import question_pb2
from biorl.reward.v1 import reward_pb2
from biorl.standalone.report.topics import count_questions, count_verdicts
from biorl.standalone.runs.traffic import QUESTIONS, REWARDS
from biorl.verifier.v1 import verifier_pb2


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[Bus]:
    one = open_bus(SqliteBusConfig(path=tmp_path / "bus.sqlite"))
    one.ensure_topics([TopicSpec(QUESTIONS), TopicSpec(REWARDS)])
    yield one
    one.close()


def publish(bus: Bus, topic: str, messages: list[tuple[str, bytes]]) -> None:
    producer = bus.producer()
    producer.publish(topic, [Message(key.encode(), value) for key, value in messages])
    producer.close()


def question(number: int, split: question_pb2.Split) -> tuple[str, bytes]:
    message = question_pb2.Question(id=f"q{number}", task="literature.extraction", split=split, topics=["alfa"])
    return message.id, message.SerializeToString()


def rollout(number: int, status: verifier_pb2.Status) -> tuple[str, bytes]:
    part = reward_pb2.Part(name="primary", verdict=verifier_pb2.Verdict(status=status))
    message = reward_pb2.ScoredRollout(id=f"r{number}", reward=reward_pb2.Reward(status=status, parts=[part]))
    return message.id, message.SerializeToString()


def test_a_question_that_was_published_twice_counts_once(bus: Bus) -> None:
    first, second = question(1, question_pb2.SPLIT_TRAIN), question(2, question_pb2.SPLIT_TEST)
    publish(bus, QUESTIONS, [first, second, first])
    counts = count_questions(bus)
    assert counts.by_task == {"literature.extraction": {"train": 1, "test": 1}}
    assert counts.by_topic == {"alfa": 2}
    assert counts.ids == {"q1", "q2"}
    assert counts.num_records == 3


def test_verdicts_are_counted_by_judge_and_status(bus: Bus) -> None:
    scored, abstained = verifier_pb2.STATUS_SCORED, verifier_pb2.STATUS_ABSTAINED
    publish(bus, REWARDS, [rollout(1, scored), rollout(2, scored), rollout(3, abstained)])
    assert count_verdicts(bus) == {"reward": {"SCORED": 2, "ABSTAINED": 1}, "primary": {"SCORED": 2, "ABSTAINED": 1}}
