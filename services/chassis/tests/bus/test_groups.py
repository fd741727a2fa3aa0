"""What both buses promise of consumer groups: sharing, taking over, committed offsets, pause."""

import uuid

from prometheus_client import REGISTRY
from traffic import Member, eventually, eventually_share, numbered, publish, take, values

from biorl.chassis.bus import Bus, TopicPartition
from biorl.chassis.bus.worker import next_offsets


def test_members_of_a_group_share_the_partitions_and_every_record_has_one_reader(
    bus: Bus, topic: str, group: str
) -> None:
    members = [Member(bus, group, topic) for _ in range(2)]
    try:
        eventually_share(members, 2, 2)
        publish(bus, topic, numbered(200, keys=40))
        eventually(lambda: sum(len(member.seen) for member in members) >= 200, "200 records")
    finally:
        for member in members:
            member.leave()
    first, second = (values(member.seen) for member in members)
    assert sorted(first + second) == list(range(200))
    assert first
    assert second


def test_more_members_than_partitions_leave_some_idle(bus: Bus, topic: str, group: str) -> None:
    members = [Member(bus, group, topic) for _ in range(5)]
    try:
        eventually_share(members, 1, 1, 1, 1, 0)
    finally:
        for member in members:
            member.leave()


def test_when_a_member_leaves_the_others_take_over_from_what_it_committed(bus: Bus, topic: str, group: str) -> None:
    leaver, stayer = Member(bus, group, topic), Member(bus, group, topic)
    try:
        eventually_share([leaver, stayer], 2, 2)
        publish(bus, topic, numbered(100, keys=40))
        eventually(lambda: sum(bus.committed(group, topic).values()) == 100, "100 commits")
        leaver.leave()
        publish(bus, topic, numbered(100, keys=40, start=100))
        eventually(lambda: len(leaver.seen) + len(stayer.seen) >= 200, "the rest")
    finally:
        leaver.leave()
        stayer.leave()
    assert sorted(values(leaver.seen) + values(stayer.seen)) == list(range(200))


def test_a_new_member_gets_its_share_of_what_the_others_hold(bus: Bus, topic: str, group: str) -> None:
    members = [Member(bus, group, topic)]
    try:
        eventually_share(members, 4)
        members.append(Member(bus, group, topic))
        eventually_share(members, 2, 2)
        members.append(Member(bus, group, topic))
        eventually_share(members, 1, 1, 2)
    finally:
        for member in members:
            member.leave()


def test_what_was_not_committed_comes_again_and_what_was_does_not(bus: Bus, topic: str, group: str) -> None:
    publish(bus, topic, numbered(100))
    first = bus.consumer(group, [topic])
    records = take(first, 100)
    done = [record for record in records if record.partition != 0]
    first.commit(next_offsets(done))
    first.close()
    second = bus.consumer(group, [topic])
    redelivered = take(second, len(records) - len(done))
    assert second.poll(10, 0.5) == []
    second.close()
    assert values(redelivered) == values([record for record in records if record.partition == 0])
    assert redelivered


def test_groups_do_not_disturb_each_other(bus: Bus, topic: str) -> None:
    publish(bus, topic, numbered(50))
    for _ in range(2):
        group = f"group-{uuid.uuid4().hex}"
        consumer = bus.consumer(group, [topic])
        records = take(consumer, 50)
        consumer.commit(next_offsets(records))
        consumer.close()
        assert sorted(values(records)) == list(range(50))
        assert sum(bus.committed(group, topic).values()) == 50


def test_a_group_that_never_committed_has_no_offsets(bus: Bus, topic: str, group: str) -> None:
    assert bus.committed(group, topic) == {}


def test_a_paused_consumer_reads_nothing_keeps_its_place_and_goes_on_where_it_stood(
    bus: Bus, topic: str, group: str
) -> None:
    publish(bus, topic, numbered(100))
    consumer = bus.consumer(group, [topic])
    before = take(consumer, 1, max_records=20)
    consumer.pause()
    held = consumer.assignment()
    for _ in range(10):
        assert consumer.poll(100, 0.05) == []
    assert consumer.assignment() == held
    consumer.resume()
    after = take(consumer, 100 - len(before))
    consumer.close()
    assert sorted(values(before + after)) == list(range(100))


def test_a_consumer_that_starts_paused_loses_nothing(bus: Bus, topic: str, group: str) -> None:
    publish(bus, topic, numbered(20))
    consumer = bus.consumer(group, [topic])
    consumer.pause()
    eventually(lambda: consumer.poll(100, 0.05) == [] and len(consumer.assignment()) == 4, "an assignment")
    for _ in range(5):
        assert consumer.poll(100, 0.05) == []
    consumer.resume()
    assert sorted(values(take(consumer, 20))) == list(range(20))
    consumer.close()


def test_seek_goes_back_and_forth(bus: Bus, topic: str, group: str) -> None:
    publish(bus, topic, numbered(30, keys=1))
    consumer = bus.consumer(group, [topic])
    (place,) = next_offsets(take(consumer, 30))
    consumer.seek({place: 10})
    assert values(take(consumer, 20)) == list(range(10, 30))
    consumer.seek({place: 25, TopicPartition("another", 0): 3})
    assert values(take(consumer, 5)) == list(range(25, 30))
    consumer.close()


def test_a_commit_of_partitions_that_others_hold_is_dropped(bus: Bus, topic: str, group: str) -> None:
    consumer = bus.consumer(group, [topic])
    publish(bus, topic, numbered(30, keys=20))
    records = take(consumer, 30)
    member = Member(bus, group, topic)
    try:

        def moved() -> bool:
            consumer.poll(1, 0.05)
            return len(consumer.assignment()) == 2

        eventually(moved, "half of the partitions to move")
        lost = next_offsets(records).keys() - consumer.assignment()
        eventually(lambda: lost <= member.holds and len(member.seen) > 0, "the other to have read them")
        before = refused(group)
        consumer.commit(dict.fromkeys(lost, 0))
        assert refused(group) > before
        eventually(lambda: all(bus.committed(group, topic).get(place, 0) > 0 for place in lost), "its commits to stand")
    finally:
        member.leave()
        consumer.close()


def refused(group: str) -> float:
    return REGISTRY.get_sample_value("biorl_bus_commits_refused_total", {"group": group}) or 0


def test_a_group_reads_several_topics_at_once(bus: Bus, new_topic: object, group: str) -> None:
    topics = [new_topic(), new_topic(partitions=2)]  # type: ignore[operator]
    for topic in topics:
        publish(bus, topic, numbered(20))
    consumer = bus.consumer(group, topics)
    records = take(consumer, 40)
    consumer.close()
    assert {record.topic for record in records} == set(topics)
    assert len(records) == 40
