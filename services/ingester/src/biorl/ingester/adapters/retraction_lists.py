"""Lists of retracted papers: one PMID or DOI a line, or Retraction Watch's CSV. Gzip too."""

import csv
import io
import logging
from collections.abc import Iterator
from pathlib import Path

from biorl.ingester.adapters.files import digest_of, opened
from biorl.ingester.domain.identifiers import alias_of
from biorl.ingester.ports import UnreadableError, VanishedError

logger = logging.getLogger(__name__)

_MAX_BYTES = 1024**3
_WATCH_COLUMNS = ("OriginalPaperDOI", "OriginalPaperPubMedID")
_WATCH_NATURE = "RetractionNature"


class WatchedList:
    """A list that may be replaced while the service runs."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path
        self._digest = ""

    def changed(self) -> frozenset[str]:
        """The list when it is new or another one, else empty. An unreadable one is logged; what was known stays known.

        The first one must be readable: raises UnreadableError and VanishedError, for no paper may slip through.
        """
        try:
            digest = digest_of([self._path])
            if digest == self._digest:
                return frozenset()
            listed = read_retraction_list(self._path)
        except (UnreadableError, VanishedError) as error:
            if not self._digest:
                raise
            logger.error("the retraction list cannot be read, the last one holds: %s", error)
            return frozenset()
        self._digest = digest
        return listed


def read_retraction_list(path: Path) -> frozenset[str]:
    """Aliases (`pmid:`, `doi:`) of the papers on it. Raises UnreadableError for a list that names none; VanishedError.

    Corrections and expressions of concern on Retraction Watch's list are not retractions.
    """
    with opened(path, _MAX_BYTES) as file:
        # Retraction Watch's file holds bytes that are no UTF-8; identifiers are ASCII all the same.
        text = io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline="")
        rows = csv.reader(text, delimiter="\t" if ".tsv" in path.name else ",")
        try:
            listed = frozenset(filter(None, map(alias_of, _names(rows))))
        except csv.Error as error:
            raise UnreadableError(f"{path.name}: {error}") from error
    if not listed:
        raise UnreadableError(f"{path.name}: no PMID and no DOI in it")
    return listed


def _names(rows: Iterator[list[str]]) -> Iterator[str]:
    first = next(rows, [])
    columns = [first.index(name) for name in _WATCH_COLUMNS if name in first]
    if not columns:
        yield from first[:1]
        yield from (row[0] for row in rows if row)
        return
    nature = first.index(_WATCH_NATURE) if _WATCH_NATURE in first else None
    for row in rows:
        if nature is None or (nature < len(row) and row[nature].strip().lower() == "retraction"):
            yield from (row[column] for column in columns if column < len(row) and row[column].strip() != "0")
