"""What is read ahead is what the reader under it reads, in its order, with its faults, and nothing stale."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from biorl.ingester.adapters.read_ahead import ReadAhead
from biorl.ingester.domain.sources import EffectTableSource, JatsSource, Unit
from biorl.ingester.ports import Item, Unreadable, UnreadableError, VanishedError
from biorl.ingester.testing import FakeReader

PAPERS = JatsSource(path=Path("papers"))


@pytest.fixture
def under() -> FakeReader:
    return FakeReader({name: [Unreadable(f"{name}{number}", "") for number in range(3)] for name in "abcdefgh"})


@pytest.fixture
def ahead(under: FakeReader) -> Iterator[ReadAhead]:
    with ThreadPoolExecutor(2) as pool:
        yield ReadAhead(under, pool, 3)


def all_of(ahead: ReadAhead) -> list[list[Item]]:
    return [list(ahead.read(PAPERS, unit)) for unit in ahead.units(PAPERS)]


def test_everything_comes_in_the_order_of_the_reader_under_it(under: FakeReader, ahead: ReadAhead) -> None:
    assert all_of(ahead) == list(under.content.values())
    assert all_of(ahead) == list(under.content.values())


def test_units_may_be_passed_over(under: FakeReader, ahead: ReadAhead) -> None:
    units = ahead.units(PAPERS)
    assert [list(ahead.read(PAPERS, unit)) for unit in units[::3]] == [under.content[unit.name] for unit in units[::3]]


def test_a_fault_keeps_what_came_before_it_and_is_told_at_its_own_unit(under: FakeReader, ahead: ReadAhead) -> None:
    under.content["b"].insert(1, UnreadableError("broken"))
    units = ahead.units(PAPERS)
    assert list(ahead.read(PAPERS, units[0])) == under.content["a"]
    broken = ahead.read(PAPERS, units[1])
    assert next(broken) == Unreadable("b0", "")
    with pytest.raises(UnreadableError, match="broken"):
        next(broken)
    assert list(ahead.read(PAPERS, units[2])) == under.content["c"]


def test_a_file_that_went_away_is_told_at_its_own_unit(under: FakeReader, ahead: ReadAhead) -> None:
    under.vanished.add("b")
    units = ahead.units(PAPERS)
    assert list(ahead.read(PAPERS, units[0])) == under.content["a"]
    with pytest.raises(VanishedError):
        next(ahead.read(PAPERS, units[1]))


def test_a_file_that_changed_since_is_read_again(under: FakeReader, ahead: ReadAhead) -> None:
    units = ahead.units(PAPERS)
    list(ahead.read(PAPERS, units[0]))
    under.content["b"], under.digests["b"] = [Unreadable("new", "")], "another"
    assert list(ahead.read(PAPERS, units[1])) == [Unreadable("new", "")]


def test_other_sources_and_strange_units_are_read_as_before(under: FakeReader, ahead: ReadAhead) -> None:
    ahead.units(PAPERS)
    assert list(ahead.read(EffectTableSource(path=Path("x")), Unit("a", ()))) == under.content["a"]
    under.content["z"] = [Unreadable("late", "")]
    assert list(ahead.read(PAPERS, Unit("z", ()))) == under.content["z"]
