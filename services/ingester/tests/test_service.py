"""Every item is published once or refused with a reason; retractions reach what was published before them."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from biorl.ingester.adapters.ledger import SqliteLedger, refusals, summarise
from biorl.ingester.domain.admission import Policy, Submission
from biorl.ingester.domain.document import Document, Licence, Paragraph, Section, Source
from biorl.ingester.domain.effects import Dataset, Measured, PerturbationEffects, ReadoutEffect, assemble
from biorl.ingester.domain.licences import Terms
from biorl.ingester.domain.sources import JatsSource
from biorl.ingester.ports import StoppedError, Unreadable, UnreadableError
from biorl.ingester.service import Ingester
from biorl.ingester.testing import FakeObserver, FakePublisher, FakeReader
from biorl.questions.question import Context, Split

SOURCE = JatsSource(path=Path("papers"))
BY = Terms(("http://creativecommons.org/licenses/by/4.0/",))


def paper(number: int, *, format_: str = "jats", text: str = "It rose.", **fields: object) -> Submission:
    sections = (Section(("Results",), "results", (Paragraph("p1", text),)),)
    document = Document(
        f"doi:10.5555/{number}", "", str(number), f"10.5555/{number}", f"Paper {number}", "", 2020,
        "abstract" if format_ == "pubmed" else "research-article", Licence(), sections, (), (),
        Source("x", "0" * 64, format_),
    )  # fmt: skip
    return Submission(replace(document, **fields), BY)  # type: ignore[arg-type]


def notice(number: int, target: str) -> Submission:
    return replace(paper(number, article_type="retraction"), retracts=(target,), date="2021-05-01")


def effects(gene: str) -> PerturbationEffects:
    measured = Measured(Context(), (gene,), Split.TRAIN, (ReadoutEffect("X", True, 1),))
    return next(assemble(Dataset("d", "0" * 64), [measured]))


class World:
    """One ingester on a real ledger; `again` is the same after a restart."""

    def __init__(self, folder: Path, **content: object) -> None:
        self.folder = folder
        self.reader = FakeReader(dict(content))  # type: ignore[arg-type]
        self.publisher = FakePublisher()
        self.observer = FakeObserver()
        self.again()

    def again(self, policy: Policy | None = None, **settings: object) -> "World":
        ledger = SqliteLedger(self.folder / "ledger.sqlite")
        self.ingester = Ingester(
            self.reader, ledger, self.publisher, self.observer, policy or Policy(), **settings  # type: ignore[arg-type]
        )  # fmt: skip
        return self

    def run(self) -> "World":
        self.ingester.ingest_all([SOURCE])
        return self

    @property
    def ids(self) -> list[str]:
        return [document.id for document in self.publisher.documents]

    @property
    def reasons(self) -> list[str]:
        return [entry.reason for entry in refusals(self.folder / "ledger.sqlite")]


def test_a_second_run_ingests_nothing_twice(tmp_path: Path) -> None:
    world = World(tmp_path, a=[paper(1), paper(2)], b=[effects("A")]).run()
    assert world.run().again().run().ids == ["doi:10.5555/1", "doi:10.5555/2"]
    assert len(world.publisher.effects) == 1
    assert world.observer.passes == 3
    assert len(world.observer.units) == 2


def test_the_same_paper_in_two_files_is_published_once(tmp_path: Path) -> None:
    assert World(tmp_path, a=[paper(1)], b=[paper(1), paper(1)]).run().ids == ["doi:10.5555/1"]


def test_a_new_version_of_a_paper_is_published_again(tmp_path: Path) -> None:
    assert len(World(tmp_path, a=[paper(1)], b=[paper(1, text="It fell.")]).run().ids) == 2


def test_refusals_are_kept_with_source_and_counted(tmp_path: Path) -> None:
    world = World(tmp_path, a=[replace(paper(1), terms=Terms()), notice(2, "doi:10.5555/9"), paper(3)]).run()
    assert world.ids == ["doi:10.5555/3"]
    assert world.reasons == ["licence_unknown", "notice"]
    counts = summarise(tmp_path / "ledger.sqlite")
    assert counts["document", "refused", "licence_unknown"] == 1
    assert counts["document", "published", ""] == 1
    assert {entry.source for entry in refusals(tmp_path / "ledger.sqlite")} == {"a"}


def test_what_was_left_out_of_a_paper_is_named_where_the_paper_is(tmp_path: Path) -> None:
    World(tmp_path, a=[replace(paper(1), sections_left_out=("Funding", "ref-list"))]).run()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as ledger:
        assert ledger.execute("SELECT detail FROM entries").fetchall() == [("sections left out: Funding; ref-list",)]


def test_a_fault_in_the_middle_keeps_what_came_before_and_goes_on(tmp_path: Path) -> None:
    world = World(tmp_path, a=[paper(1), UnreadableError("broken gzip: x")], b=[Unreadable("b#1", "a book"), paper(2)])
    assert world.run().ids == ["doi:10.5555/1", "doi:10.5555/2"]
    assert world.reasons == ["unreadable", "unreadable"]
    assert "broken gzip" in refusals(tmp_path / "ledger.sqlite")[0].detail


def test_a_file_that_cannot_be_opened_is_tried_again(tmp_path: Path) -> None:
    world = World(tmp_path, a=[paper(1)])
    world.reader.vanished = {"a"}
    assert world.run().ids == []
    assert world.reasons == ["unopenable"]
    world.reader.vanished = set()
    assert world.run().ids == ["doi:10.5555/1"]
    assert world.reasons == []


def test_a_crash_between_publishing_and_recording_loses_nothing(tmp_path: Path) -> None:
    content = {name: [paper(number), paper(number + 10)] for number, name in enumerate("abcde")}
    world = World(tmp_path, **content).again(batch_size=2)
    world.publisher.dies_after = 3
    with pytest.raises(ConnectionError):
        world.run()
    world.publisher.dies_after = None
    world.again().run()
    assert sorted(world.ids) == sorted(item.document.id for items in content.values() for item in items)


def test_small_files_are_published_together_because_each_publish_waits_for_the_disk(tmp_path: Path) -> None:
    world = World(tmp_path, **{name: [paper(number)] for number, name in enumerate("abcdefg")}).run()
    assert (len(world.ids), world.publisher.calls) == (7, 1)
    world.again().run()
    assert world.publisher.calls == 1


def test_a_notice_finds_the_paper_of_the_file_before_it(tmp_path: Path) -> None:
    world = World(tmp_path, a=[paper(1, id="PMC1.1", pmcid="PMC1")], b=[notice(2, "doi:10.5555/1")]).run()
    assert {retraction.document_id for retraction in world.publisher.retractions} == {"doi:10.5555/1", "PMC1.1"}


def test_a_notice_takes_back_what_was_published_before_it(tmp_path: Path) -> None:
    world = World(tmp_path, a=[paper(1, id="PMC1.1", pmcid="PMC1"), notice(2, "doi:10.5555/1")]).run()
    taken_back = {retraction.document_id: retraction for retraction in world.publisher.retractions}
    assert taken_back.keys() == {"doi:10.5555/1", "PMC1.1"}
    assert taken_back["PMC1.1"].notice_id == "doi:10.5555/2"
    assert taken_back["PMC1.1"].date == "2021-05-01"


def test_a_paper_that_comes_after_its_notice_is_refused(tmp_path: Path) -> None:
    world = World(tmp_path, a=[notice(2, "doi:10.5555/1")], b=[paper(1)]).run()
    assert world.ids == []
    assert world.reasons == ["notice", "retracted"]


def test_a_correction_takes_nothing_back(tmp_path: Path) -> None:
    assert not World(tmp_path, a=[paper(1), paper(2, article_type="correction")]).run().publisher.retractions


def test_a_paper_retracted_by_its_own_account_takes_back_its_earlier_version(tmp_path: Path) -> None:
    retracted = replace(paper(1, title="RETRACTED: Paper 1"))
    world = World(tmp_path, a=[paper(1)], b=[retracted]).run()
    assert [retraction.document_id for retraction in world.publisher.retractions] == ["doi:10.5555/1"]
    assert world.reasons == ["retracted"]


def test_a_list_refuses_what_comes_and_takes_back_what_came(tmp_path: Path) -> None:
    world = World(tmp_path, a=[paper(1)]).run()
    world.ingester.retire(frozenset({"pmid:1", "pmid:2"}), "list.csv")
    world.reader.content["b"] = [paper(2), paper(3)]
    assert world.run().ids == ["doi:10.5555/1", "doi:10.5555/3"]
    assert [retraction.document_id for retraction in world.publisher.retractions] == ["doi:10.5555/1"]
    world.again().ingester.retire(frozenset({"pmid:1", "pmid:2"}), "list.csv")
    assert len(world.publisher.retractions) == 1


def test_an_abstract_never_replaces_the_full_text(tmp_path: Path) -> None:
    world = World(tmp_path, a=[paper(1)], b=[paper(1, format_="pubmed", id="pmid:1"), paper(2, format_="pubmed")]).run()
    assert world.ids == ["doi:10.5555/1", "doi:10.5555/2"]
    assert world.reasons == ["superseded"]


def test_another_policy_reads_again_but_publishes_only_what_is_new(tmp_path: Path) -> None:
    nc = replace(paper(2), terms=Terms(("http://creativecommons.org/licenses/by-nc/4.0/",)))
    world = World(tmp_path, a=[paper(1), nc]).run()
    world.again(Policy(("CC-BY", "CC-BY-NC"))).run()
    assert world.ids == ["doi:10.5555/1", "doi:10.5555/2"]
    assert world.reasons == []


def test_a_stop_ends_the_pass_between_two_files(tmp_path: Path) -> None:
    world = World(tmp_path, a=[paper(1)], b=[paper(2)])
    answers = iter([False, True])
    with pytest.raises(StoppedError):
        world.again(is_stopping=lambda: next(answers)).run()
    assert world.ids == ["doi:10.5555/1"]


def test_the_observer_hears_of_every_item(tmp_path: Path) -> None:
    world = World(tmp_path, a=[paper(1), replace(paper(2), terms=Terms()), effects("A")]).run()
    told = sorted((source, entry.kind, entry.reason) for source, entry in world.observer.entries)
    assert told == [("jats", "document", ""), ("jats", "document", "licence_unknown"), ("jats", "effects", "")]
