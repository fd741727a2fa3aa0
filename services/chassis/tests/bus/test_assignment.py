"""Sharing partitions: whole, even, and with no more moves than evenness asks for."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from biorl.chassis.bus import TopicPartition
from biorl.chassis.bus.sqlite_bus.assignment import share

MEMBERS = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8)


@st.composite
def situations(draw: st.DrawFn) -> tuple[list[TopicPartition], list[str], dict[TopicPartition, str]]:
    """Partitions, members now, and who held what before."""
    places = [TopicPartition("t", number) for number in range(draw(st.integers(1, 20)))]
    before = draw(MEMBERS)
    holders = {place: draw(st.sampled_from(before)) for place in places if before and draw(st.booleans())}
    return places, draw(MEMBERS), holders


@given(situations())
def test_every_partition_has_one_member_and_shares_are_even(situation) -> None:
    places, members, holders = situation
    shares = share(places, members, holders)
    if not members:
        assert shares == {}
        return
    assert shares.keys() == set(places)
    sizes = Counter(shares.values())
    assert max(sizes.values()) - min(sizes[member] for member in members) <= 1


@given(situations())
def test_sharing_again_moves_nothing(situation) -> None:
    places, members, holders = situation
    shares = share(places, members, holders)
    assert share(places, members, shares) == shares


@given(situations(), st.sampled_from("abcdefgh"))
def test_when_a_member_leaves_only_its_partitions_move(situation, leaver: str) -> None:
    places, members, holders = situation
    before = share(places, members, holders)
    stayers = [member for member in members if member != leaver]
    after = share(places, stayers, before)
    if stayers:
        assert all(after[place] == holder for place, holder in before.items() if holder != leaver)


@given(situations())
def test_the_order_of_members_does_not_matter(situation) -> None:
    places, members, holders = situation
    assert share(places, members, holders) == share(places[::-1], members[::-1], holders)
