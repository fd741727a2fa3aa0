"""The ledger remembers by content, and others may look in while it writes."""

import sqlite3
from pathlib import Path

import pytest

from biorl.ingester.adapters.ledger import SqliteLedger, refusals, summarise
from biorl.ingester.ports import Entry

PUBLISHED = Entry("document", "PMC1.1", "c1", "published", "a.xml", aliases=("PMC1", "doi:10.5555/a"))
REFUSED = Entry("document", "PMC2.1", "c2", "refused", "b.xml", "notice", "correction")


def test_what_was_recorded_is_known_after_a_restart(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "deep" / "ledger.sqlite")
    ledger.record([PUBLISHED, REFUSED])
    ledger.close_unit("a.xml", "d1", "f1", 2)
    ledger.close()
    again = SqliteLedger(tmp_path / "deep" / "ledger.sqlite")
    assert again.has_read("d1", "f1")
    assert not again.has_read("d1", "f2")
    assert again.is_published("document", "PMC1.1", "c1")
    assert not again.is_published("document", "PMC1.1", "other content")
    assert not again.is_published("document", "PMC2.1", "c2")


def test_papers_are_found_under_every_name(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "ledger.sqlite")
    ledger.record([PUBLISHED, Entry("retraction", "PMC9.1", "c", "published", "n.xml", aliases=("doi:10.5555/z",))])
    assert ledger.published_as(["doi:10.5555/a", "PMC1"]) == ("PMC1.1",)
    assert ledger.published_as(["PMC1.1"], "abstract") == ()
    assert ledger.published_as(["doi:10.5555/z"]) == ()
    assert ledger.retracted(["doi:10.5555/z"])
    assert not ledger.retracted(["doi:10.5555/a"])


def test_a_summary_is_read_while_the_service_writes(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger = SqliteLedger(path)
    ledger.record([PUBLISHED, REFUSED])
    assert summarise(path) == {("document", "published", ""): 1, ("document", "refused", "notice"): 1}
    assert [(entry.id, entry.reason, entry.detail, entry.source) for entry in refusals(path)] == [
        ("PMC2.1", "notice", "correction", "b.xml")
    ]


def test_a_refusal_is_replaced_when_the_item_is_published_after_all(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "ledger.sqlite")
    ledger.record([REFUSED])
    ledger.record([Entry("document", "PMC2.1", "c2", "published", "b.xml")])
    assert summarise(tmp_path / "ledger.sqlite") == {("document", "published", ""): 1}


def test_there_is_no_summary_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        summarise(tmp_path / "none.sqlite")


def test_a_ledger_of_another_kind_is_not_written_into(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "ledger.sqlite")
    db.execute("CREATE TABLE entries (whatever TEXT)")
    db.close()
    with pytest.raises(ValueError, match="another version"):
        SqliteLedger(tmp_path / "ledger.sqlite")
