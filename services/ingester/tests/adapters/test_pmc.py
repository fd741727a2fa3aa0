"""Articles in the layout of PMC's open data: records beside the XML, MD5, licence and standing."""

import gzip
import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biorl.ingester.adapters.ledger import SqliteLedger, refusals
from biorl.ingester.adapters.pmc import MAX_RECORD_BYTES, record_of
from biorl.ingester.adapters.readers import FileReader
from biorl.ingester.domain.admission import Policy, Submission
from biorl.ingester.domain.sources import JatsSource
from biorl.ingester.service import Ingester
from biorl.ingester.testing import FakeObserver, FakePublisher

SAMPLES = Path(__file__).parent / "samples"
NAME = "PMC7654321.2"
RECORD: dict[str, Any] = json.loads((SAMPLES / f"pmc/{NAME}/{NAME}.json").read_text(encoding="utf-8"))
XML = (SAMPLES / f"pmc/{NAME}/{NAME}.xml").read_bytes()
LICENSED = (
    b'<license xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="http://creativecommons.org/licenses/by-nc/4.0/"/>'
)


class Folder:
    """One article as PMC gives it, and what the ingester makes of the folder."""

    def __init__(self, path: Path) -> None:
        self.path = path / "pmc"
        copytree(SAMPLES / "pmc", self.path)
        self.record = self.path / NAME / f"{NAME}.json"
        self.article = self.path / NAME / f"{NAME}.xml"
        self.publisher = FakePublisher()
        self.ledger = path / "ledger.sqlite"
        self.ingester = Ingester(FileReader(), SqliteLedger(self.ledger), self.publisher, FakeObserver(), Policy())

    def says(self, **keys: object) -> "Folder":
        self.record.write_text(json.dumps(RECORD | keys), encoding="utf-8")
        return self

    def holds(self, xml: bytes) -> "Folder":
        """Another article, and the record of it."""
        self.article.write_bytes(xml)
        return self.says(xml_url=f"s3://x/{NAME}.xml?md5={hashlib.md5(xml, usedforsecurity=False).hexdigest()}")

    def ingested(self) -> list[str]:
        self.ingester.ingest(JatsSource(path=self.path))
        return [document.id for document in self.publisher.documents]

    @property
    def refused(self) -> list[tuple[str, str]]:
        return [(entry.reason, entry.detail) for entry in refusals(self.ledger)]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_a_folder_of_pmc_gives_what_was_agreed() -> None:
    reader, source = FileReader(), JatsSource(path=SAMPLES / "pmc")
    (unit,) = reader.units(source)
    read_now = [asdict(item) for item in reader.read(source, unit) if isinstance(item, Submission)]
    golden = json.loads((SAMPLES / "pmc.golden.json").read_text(encoding="utf-8"))
    assert json.loads(json.dumps(read_now)) == golden


def test_the_record_tells_version_ids_and_licence_that_the_xml_does_not(folder: Folder) -> None:
    assert folder.ingested() == ["PMC7654321.2"]
    (document,) = folder.publisher.documents
    assert (document.pmid, document.doi) == ("7654321", "10.5555/invented.1")
    assert asdict(document.licence) == {"spdx": "LicenseRef-CC-BY", "recognised_by": "metadata"}


def test_records_in_a_folder_of_their_own_are_found(folder: Folder) -> None:
    (folder.path / "metadata").mkdir()
    folder.record.rename(folder.path / "metadata" / folder.record.name)
    assert folder.ingested() == ["PMC7654321.2"]


def test_the_md5_is_of_the_unpacked_bytes(folder: Folder) -> None:
    folder.article.with_name(f"{NAME}.xml.gz").write_bytes(gzip.compress(XML))
    folder.article.unlink()
    assert folder.ingested() == ["PMC7654321.2"]


def test_an_article_that_is_not_what_its_record_promises_is_refused_and_read_when_it_is(folder: Folder) -> None:
    folder.article.write_bytes(XML.replace(b"2.5-fold", b"25-fold"))
    assert folder.ingested() == []
    ((reason, detail),) = folder.refused
    assert reason == "altered"
    assert RECORD["xml_url"][-32:] in detail
    folder.article.write_bytes(XML)
    assert folder.ingested() == ["PMC7654321.2"]


def test_a_record_without_its_article_is_counted_until_the_article_comes(folder: Folder) -> None:
    folder.article.unlink()
    assert folder.ingested() == []
    assert folder.refused == [("missing", "its record is here, its XML is not")]
    folder.article.write_bytes(XML)
    assert folder.ingested() == ["PMC7654321.2"]


def test_a_retraction_that_pmc_tells_later_takes_the_paper_back(folder: Folder) -> None:
    folder.ingested()
    folder.says(is_retracted=True).ingested()
    (retraction,) = folder.publisher.retractions
    assert (retraction.document_id, retraction.reason) == (
        "PMC7654321.2", "PMC's metadata says so, the article does not",
    )  # fmt: skip
    assert {"pmid:7654321", "doi:10.5555/invented.1"} <= set(retraction.aliases)


@pytest.mark.parametrize("harm", ["gone", "altered"])
def test_a_retraction_is_told_without_the_article_too(folder: Folder, harm: str) -> None:
    folder.says(is_retracted=True)
    if harm == "gone":
        folder.article.unlink()
    else:
        folder.article.write_bytes(XML + b"\n")
    assert folder.ingested() == []
    assert [retraction.document_id for retraction in folder.publisher.retractions] == ["PMC7654321.2"]
    assert {reason for reason, _ in folder.refused} == {"retracted", "missing" if harm == "gone" else "altered"}


def test_an_article_that_says_it_is_retracted_stays_so_whatever_its_record_says(folder: Folder) -> None:
    folder.holds(XML.replace(b"<article-title>Loss", b"<article-title>RETRACTED: Loss")).ingested()
    assert folder.refused == [("retracted", "its title says so, though PMC's metadata does not say so")]


def test_licences_that_differ_are_refused_with_both(folder: Folder) -> None:
    folder.holds(XML.replace(b"</permissions>", LICENSED + b"</permissions>")).ingested()
    assert folder.refused == [("licence_disputed", "the article says CC-BY-NC-4.0, PMC's metadata LicenseRef-CC-BY")]


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({"license_code": "CC BY-NC-ND"}, "licence_not_allowed"),
        ({"license_code": "TDM"}, "licence_not_allowed"),
        ({"license_code": None}, "licence_unknown"),
        ({"is_pmc_openaccess": False}, "not_open_access"),
        ({"is_historical_ocr": True}, "scanned"),
        ({"is_retracted": None}, "unreadable"),
        ({"is_retracted": "no"}, "unreadable"),
        ({"version": 0}, "unreadable"),
        ({"pmcid": "PMC1"}, "unreadable"),
        ({"pmid": [1]}, "unreadable"),
        ({"xml_url": "s3://x/y.xml"}, "unreadable"),
        ({"xml_url": None}, "altered"),
    ],
)
def test_what_the_record_says_decides(folder: Folder, keys: dict[str, object], reason: str) -> None:
    assert folder.says(**keys).ingested() == []
    assert [code for code, _ in folder.refused] == [reason]


def test_words_that_reserve_all_rights_are_no_silence(folder: Folder) -> None:
    folder.holds(XML.replace("© 2021 Nobody".encode(), b"All rights reserved")).ingested()
    assert [code for code, _ in folder.refused] == ["licence_unknown"]


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff", b"[" * 100_000, b" " * (MAX_RECORD_BYTES + 1)])
def test_a_record_that_cannot_be_read_is_no_licence_to_read_on(folder: Folder, content: bytes) -> None:
    folder.record.write_bytes(content)
    assert folder.ingested() == []
    assert [code for code, _ in folder.refused] == ["unreadable"]


def test_two_records_of_one_article_must_say_the_same(folder: Folder) -> None:
    (folder.path / "metadata").mkdir()
    other = folder.path / "metadata" / folder.record.name
    other.write_text(json.dumps(RECORD | {"is_retracted": True}), encoding="utf-8")
    assert folder.ingested() == []
    assert ("unreadable", "two records of it differ: keep the newer one") in folder.refused
    assert [retraction.document_id for retraction in folder.publisher.retractions] == ["PMC7654321.2"]


def test_other_json_and_articles_of_other_names_are_none_of_its_business(folder: Folder) -> None:
    (folder.path / "PMCnotes.json").write_text("{}")
    (folder.path / "other.json").write_text("{}")
    (folder.path / "other.xml").write_bytes((SAMPLES / "article.xml").read_bytes())
    assert sorted(folder.ingested()) == ["PMC7654321.1", "PMC7654321.2"]


JSON = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.lists(st.integers(), max_size=2)
)


@given(st.dictionaries(st.sampled_from(sorted(RECORD)), JSON, max_size=4))
def test_a_record_is_understood_or_refused_with_the_key_that_is_wrong(changed: dict[str, object]) -> None:
    told = ""
    try:
        record = record_of(RECORD | changed)
    except ValueError as error:
        told = str(error)
    assert any(f"`{key}`" in told for key in changed) if told else (record.version >= 1 and len(record.md5) in {0, 32})


@given(JSON)
def test_what_is_no_record_is_refused(told: object) -> None:
    with pytest.raises(ValueError, match="no record"):
        record_of(told)
