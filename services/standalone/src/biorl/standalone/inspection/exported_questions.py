"""An exported dataset as a catalogue: its folder, or one file of JSON lines or parquet with the same columns.

An export holds no papers: evidence is the quoted words alone. Answers of held-out questions are known when the export
has them (`held_out_gold.parquet`).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from biorl.client.dataset import question_of
from biorl.questions.question import Question
from biorl.questions.wire import question_to_wire
from biorl.standalone.errors import BadRequestError
from biorl.standalone.inspection.catalogue import Catalogue

GOLD = "held_out_gold.parquet"
BATCH = 2000
"""Rows in memory at once."""


def fill_from_export(catalogue: Catalogue, place: Path) -> None:
    """Raises BadRequestError for what is no export, with the file that says so."""
    golds = {row["id"]: row for row in _rows(place / GOLD)} if (place / GOLD).is_file() else {}
    questions = chain.from_iterable(_questions(file) for file in _files(place))
    catalogue.put(question_to_wire(_with_gold(question, golds)) for question in questions)


def _files(place: Path) -> Sequence[Path]:
    if place.is_file():
        return [place]
    for pattern in ("data/*.parquet", "jsonl/*.jsonl", "*.parquet"):
        if found := sorted(path for path in place.glob(pattern) if path.name != GOLD):
            return found
    msg = f"{place} holds no data/*.parquet and no jsonl/*.jsonl; write one with: biorl-question-generator export"
    raise BadRequestError(msg)


def _questions(file: Path) -> Iterator[Question]:
    try:
        yield from map(question_of, _rows(file))
    except (KeyError, TypeError, ValueError, pa.ArrowException) as error:
        msg = f"{file} is no export of questions ({type(error).__name__}: {error})"
        raise BadRequestError(msg) from error


def _rows(file: Path) -> Iterator[Mapping[str, Any]]:
    if file.suffix == ".parquet":
        with parquet.ParquetFile(file) as table:
            for batch in table.iter_batches(BATCH):
                yield from batch.to_pylist()
    else:
        with file.open(encoding="utf-8") as lines:
            yield from (json.loads(line) for line in lines if line.strip())


def _with_gold(question: Question, golds: Mapping[str, Mapping[str, Any]]) -> Question:
    row = golds.get(question.id)
    if row is None or not question.is_held_out:
        return question
    return replace(question, answer=replace(question.answer, gold=row["gold"], accepted=tuple(row["accepted"])))
