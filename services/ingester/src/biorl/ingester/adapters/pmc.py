"""An article as PMC's open data gives it: JATS with a metadata record beside it, which knows the XML's MD5.

    PMC13901.1/PMC13901.1.xml     the article
    PMC13901.1/PMC13901.1.json    its record; the same lies in metadata/PMC13901.1.json

The record is NLM's word on licence and retraction; `biorl.ingester.domain.admission` weighs it against the article's.
A retraction is told even where the article is not there or is not what the record describes.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from biorl.ingester.adapters.files import digest_of, find, opened
from biorl.ingester.adapters.jats import read_jats
from biorl.ingester.domain.admission import Catalogued, Submission
from biorl.ingester.domain.document import Document, Licence, Source
from biorl.ingester.domain.identifiers import document_id, doi_of, pmcid_of, pmid_of
from biorl.ingester.domain.licences import spdx_of_code
from biorl.ingester.domain.sources import Unit
from biorl.ingester.ports import Unreadable, UnreadableError

MAX_RECORD_BYTES = 4 * 1024**2
"""A record with thousands of media files has less than one."""
MAX_ARTICLE_BYTES = 256 * 1024**2
_NAME = re.compile(r"PMC\d{1,12}\.\d{1,4}")
_MD5 = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Record:
    """What PMC says of one version of one article."""

    pmcid: str
    version: int
    pmid: str
    doi: str
    title: str
    catalogued: Catalogued
    md5: str
    """Of the XML, 32 hex digits; empty when PMC has no XML of it."""

    @property
    def id(self) -> str:
        return document_id(self.pmcid, self.version, self.doi, self.pmid, "")


def pmc_units(name: str, where: Path, articles: Sequence[tuple[str, Path]]) -> list[Unit]:
    """The articles (name below the source, path), each with its records; then the records without an article."""
    units = [Unit(f"{name}/{below}", (path, *_records_of(path))) for below, path in articles]
    here = {_stem(path) for _, path in articles}
    lonely: dict[str, list[Path]] = {}
    for below, path in find(where, ("PMC*.json",)) if where.is_dir() else ():
        if _NAME.fullmatch(path.stem) and path.stem not in here:
            lonely.setdefault(f"{name}/{_article_of(below)}", []).append(path)
    return units + [Unit(named, tuple(paths)) for named, paths in sorted(lonely.items())]


def is_catalogued(unit: Unit) -> bool:
    """Whether the unit has a record."""
    return unit.paths[-1].suffix == ".json"


def read_pmc(unit: Unit) -> Iterator[Submission | Unreadable]:
    """The article as its record describes it.

    Raises UnreadableError for a record that says too little to judge by; VanishedError.
    """
    records = [read_record(path) for path in unit.paths if path.suffix == ".json"]
    article = next((path for path in unit.paths if path.suffix != ".json"), None)
    fault = _fault(article, records)
    if article and not fault:
        yield from (_described(item, records[0]) for item in read_jats(article, unit.name, digest_of([article])))
        return
    if retracted := next((record for record in records if record.catalogued.is_retracted), None):
        yield _without_text(retracted, unit)
    if fault:
        yield fault


def _fault(article: Path | None, records: Sequence[Record]) -> Unreadable | None:
    """Why there is no article to read, or none to be trusted."""
    known = records[0]
    if any(record != known for record in records):
        return Unreadable(known.id, "two records of it differ: keep the newer one")
    if article is None:
        told = "its record is here, its XML is not" if known.md5 else "PMC has no XML of it"
        return Unreadable(known.id, told, "missing")
    if (found := _md5_of_file(article)) != known.md5:
        return Unreadable(known.id, f"its MD5 is {found}, its record says {known.md5 or 'no XML'}", "altered")
    return None


def read_record(path: Path) -> Record:
    """Raises UnreadableError for what is no record or leaves open what an article is judged by; VanishedError."""
    with opened(path, MAX_RECORD_BYTES) as file:
        try:
            return record_of(json.loads(file.read()))
        except (ValueError, RecursionError) as error:
            raise UnreadableError(f"{path.name}: {error}") from error


def record_of(told: Any) -> Record:
    """Raises ValueError, with the key that is missing or wrong. Keys that are not needed are not looked at."""
    if not isinstance(told, dict):
        raise ValueError("no record of PMC's metadata")
    pmcid, _ = pmcid_of(_text(told, "pmcid"))
    version = told.get("version")
    if not pmcid or not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ValueError("`pmcid` and `version` must name the article and its version")
    return Record(
        pmcid,
        version,
        pmid_of(_text(told, "pmid")),
        doi_of(_text(told, "doi")),
        _text(told, "title"),
        Catalogued(
            spdx_of_code(_text(told, "license_code")),
            is_retracted=_flag(told, "is_retracted"),
            is_open_access=_flag(told, "is_pmc_openaccess"),
            is_scanned=_flag(told, "is_historical_ocr"),
        ),
        _md5_in(_text(told, "xml_url")),
    )


def _text(told: dict[str, Any], key: str) -> str:
    """Empty when it is not said; identifiers come as numbers too."""
    value = told.get(key)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"`{key}` must be a text")
    return str(value).strip()


def _flag(told: dict[str, Any], key: str) -> bool:
    """What is not said is not false: a paper of unknown standing is not taken."""
    value = told.get(key)
    if not isinstance(value, bool):
        raise ValueError(f"`{key}` must be true or false")
    return value


def _md5_in(url: str) -> str:
    if not url:
        return ""
    md5 = parse_qs(urlsplit(url).query).get("md5", [""])[0].lower()
    if not _MD5.fullmatch(md5):
        raise ValueError("`xml_url` must end with the file's MD5 (?md5=...)")
    return md5


def _records_of(article: Path) -> list[Path]:
    """Beside the article or in a folder `metadata`, for files that are called as PMC calls them."""
    stem = _stem(article)
    if not _NAME.fullmatch(stem):
        return []
    folders = (article.parent, article.parent / "metadata", article.parent.parent / "metadata")
    return [path for folder in folders if (path := folder / f"{stem}.json").is_file()]


def _stem(path: Path) -> str:
    """The name without `.xml`, `.nxml`, `.gz`."""
    return path.name.removesuffix(".gz").removesuffix(".xml").removesuffix(".nxml")


def _article_of(record: str) -> str:
    """Where the article of a record belongs, both below the source."""
    folder, _, file = record.rpartition("/")
    stem = file.removesuffix(".json")
    if folder == "metadata" or folder.endswith("/metadata"):
        folder = f"{folder.removesuffix('metadata')}{stem}"
    return f"{folder}/{stem}.xml".lstrip("/")


def _md5_of_file(article: Path) -> str:
    """Of the unpacked bytes."""
    with opened(article, MAX_ARTICLE_BYTES) as file:
        md5 = hashlib.md5(usedforsecurity=False)
        while piece := file.read(1024**2):
            md5.update(piece)
        return md5.hexdigest()


def _described(item: Submission | Unreadable, record: Record) -> Submission | Unreadable:
    """The article with what its record adds: version and identifiers that it does not name, licence, standing."""
    if isinstance(item, Unreadable):
        return item
    own = item.document
    if own.pmcid and own.pmcid != record.pmcid:
        return Unreadable(record.id, f"its record is of {record.pmcid}, the XML is {own.pmcid}")
    pmid, doi = own.pmid or record.pmid, own.doi or record.doi
    document = replace(own, id=record.id, pmcid=record.pmcid, pmid=pmid, doi=doi)
    return replace(item, document=document, catalogued=record.catalogued)


def _without_text(record: Record, unit: Unit) -> Submission:
    """Enough to take back what was made from it."""
    source = Source(unit.name, digest_of(unit.paths), "jats")
    ids = (record.id, record.pmcid, record.pmid, record.doi)
    document = Document(*ids, record.title, "", 0, "", Licence(), (), (), (), source)
    return Submission(document, catalogued=record.catalogued)
