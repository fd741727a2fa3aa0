"""JATS and PubMed against golden files of our own making, wrappers, namespaces and hostile XML."""

import gzip
import json
import tracemalloc
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from biorl.ingester.adapters.jats import read_jats
from biorl.ingester.adapters.jats_text import text_of
from biorl.ingester.adapters.pubmed import read_pubmed
from biorl.ingester.adapters.readers import read_documents
from biorl.ingester.domain.admission import Submission
from biorl.ingester.domain.grid import MAX_COLUMNS
from biorl.ingester.domain.sources import JatsSource
from biorl.ingester.ports import Unreadable, UnreadableError

SAMPLES = Path(__file__).parent / "samples"
DIGEST = "0" * 64
ARTICLE = (SAMPLES / "article.xml").read_bytes()
BARE = ARTICLE[ARTICLE.index(b"<article ") :].replace(b"&nbsp;", b" ")


def as_json(items: object) -> object:
    return json.loads(json.dumps(items))


def papers(path: Path) -> list[Submission]:
    items = list(read_jats(path, path.name, DIGEST))
    assert not any(isinstance(item, Unreadable) for item in items)
    return [item for item in items if isinstance(item, Submission)]


@pytest.mark.parametrize(("name", "read"), [("article", read_jats), ("records", read_pubmed)])
def test_a_sample_gives_what_was_agreed(name: str, read) -> None:
    read_now = [asdict(item) for item in read(SAMPLES / f"{name}.xml", f"samples/{name}.xml", DIGEST)]
    golden = json.loads((SAMPLES / f"{name}.golden.json").read_text(encoding="utf-8"))
    assert as_json(read_now) == golden


def test_gzip_and_wrapping_change_nothing(tmp_path: Path) -> None:
    plain = papers(SAMPLES / "article.xml")[0].document.content_digest
    (tmp_path / "packed.xml").write_bytes(gzip.compress(ARTICLE))
    (tmp_path / "wrapped.xml").write_bytes(b"<pmc-articleset>" + BARE + BARE + b"</pmc-articleset>")
    assert papers(tmp_path / "packed.xml")[0].document.content_digest == plain
    assert [paper.document.content_digest for paper in papers(tmp_path / "wrapped.xml")] == [plain, plain]


def test_a_namespace_changes_nothing(tmp_path: Path) -> None:
    spaced = BARE.replace(b"<article ", b'<article xmlns="http://jats.nlm.nih.gov/ns" ', 1)
    (tmp_path / "spaced.xml").write_bytes(spaced)
    (plain,), (found,) = papers(SAMPLES / "article.xml"), papers(tmp_path / "spaced.xml")
    assert found.document.content_digest == plain.document.content_digest


def test_ids_of_paragraphs_are_stable() -> None:
    first, second = papers(SAMPLES / "article.xml"), papers(SAMPLES / "article.xml")
    assert first == second


BOMB = b"""<!DOCTYPE article [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>
<article><body><p>&d;&d;&d;</p></body></article>"""
OUTSIDE = b"""<!DOCTYPE article [<!ENTITY secret SYSTEM "file:///etc/hostname">]>
<article><body><p>&secret;</p></body></article>"""
PARAMETER = b"""<!DOCTYPE article [<!ENTITY % far SYSTEM "file:///nowhere/at/all.dtd"> %far;]>
<article><body><p>x &leaked;</p></body></article>"""


@pytest.mark.parametrize("content", [BOMB, OUTSIDE])
def test_a_file_that_defines_entities_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bomb.xml").write_bytes(content)
    tracemalloc.start()
    with pytest.raises(UnreadableError, match="entities"):
        papers(tmp_path / "bomb.xml")
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()


def test_a_parameter_entity_is_never_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "far.dtd"
    secret.write_text('<!ENTITY leaked "secret">')
    (tmp_path / "far.xml").write_bytes(PARAMETER.replace(b"file:///nowhere/at/all.dtd", secret.as_uri().encode()))
    try:
        found = papers(tmp_path / "far.xml")
    except UnreadableError:
        return
    assert "secret" not in str(found)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (gzip.compress(ARTICLE)[:-200], "broken gzip"),
        (ARTICLE[:3000], "not well-formed"),
        (b"", "not well-formed"),
        (b"\x00\x01\x02", "not well-formed"),
        (b"<html/>", "no article"),
        (b"<a>" * 5000 + b"</a>" * 5000, "not well-formed"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, content: bytes, match: str) -> None:
    (tmp_path / "broken.xml").write_bytes(content)
    with pytest.raises(UnreadableError, match=match):
        papers(tmp_path / "broken.xml")


def test_a_table_that_is_too_large_is_left_out_and_told(tmp_path: Path) -> None:
    huge = b'<table-wrap id="huge"><table><tr>' + b"<td>1</td>" * (MAX_COLUMNS + 1) + b"</tr></table></table-wrap>"
    (tmp_path / "huge.xml").write_bytes(BARE.replace(b"<floats-group>", b"<floats-group>" + huge))
    paper, left_out = read_jats(tmp_path / "huge.xml", "huge.xml", DIGEST)
    assert isinstance(paper, Submission)
    assert [table.id for table in paper.document.tables] == ["t1"]
    assert isinstance(left_out, Unreadable)
    assert (left_out.code, left_out.id) == ("table_too_large", "PMC7654321.1#table-1")


def test_columns_have_the_units_of_their_header(tmp_path: Path) -> None:
    (tmp_path / "units.xml").write_bytes(BARE.replace(b"<th>K562</th>", b"<th>K562 (nM)</th>"))
    (table,) = papers(tmp_path / "units.xml")[0].document.tables
    assert table.units == ("", "nM", "")


def test_articles_before_a_fault_are_given(tmp_path: Path) -> None:
    (tmp_path / "half.xml").write_bytes(b"<set>" + BARE + BARE[:2000])
    stream = read_jats(tmp_path / "half.xml", "half.xml", DIGEST)
    assert isinstance(next(stream), Submission)
    with pytest.raises(UnreadableError):
        next(stream)


def test_documents_are_read_without_a_service() -> None:
    (document,) = read_documents(JatsSource(path=SAMPLES / "article.xml"))
    assert document.licence.spdx == "CC-BY-4.0"
    assert document.source.name == "samples/article.xml"


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("<p>cells<sup><xref ref-type='bibr'>12</xref></sup> grow</p>", "cells [12] grow"),
        ("<p>10<sup>−3</sup> M</p>", "10^−3 M"),
        ("<p>Ca<sup>2+</sup></p>", "Ca2+"),
        ("<p>[<xref ref-type='bibr'>1</xref>, <xref ref-type='bibr'>2</xref>]</p>", "[1, 2]"),
        ("<p>(see <xref ref-type='bibr'>3</xref>)</p>", "(see [3])"),
        ("<p>by <xref ref-type='bibr'>Smith 2001</xref></p>", "by Smith 2001"),
        ("<p>a<break/>b</p>", "a b"),
        ("<p>5<sup><xref ref-type='table-fn'>a</xref></sup></p>", "5 [a]"),
        ("<p>5<sup><xref ref-type='bibr'>[6]</xref></sup></p>", "5 [6]"),
    ],
)
def test_numbers_never_fuse(xml: str, text: str) -> None:
    assert text_of(etree.fromstring(xml)) == text


@given(st.lists(st.integers(0, 99), min_size=2, max_size=5), st.sampled_from(["td", "p", "title", "break"]))
def test_neighbouring_numbers_stay_apart(numbers: list[int], tag: str) -> None:
    inner = "".join(f"{number}<break/>" if tag == "break" else f"<{tag}>{number}</{tag}>" for number in numbers)
    assert text_of(etree.fromstring(f"<x>{inner}</x>")).split() == [str(number) for number in numbers]
