"""Benchmarks as items to keep out of training: MMLU, MedMCQA, PubMedQA, and anything with a field `question`.

    *.csv                 MMLU: question, options, answer, without header; or a header with `question`
    *.json, *.jsonl       one object a line, a list of objects, or objects by id; plain or gzip

A benchmark is named by its file and folder (`mmlu/anatomy_test`). A file without a question is an error, not an empty
benchmark: whoever asked to keep it out should know.
"""

import csv
import gzip
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from biorl.question_generator.domain.decontamination import BenchmarkItem

MAX_BYTES = 512 * 1024 * 1024
"""Of one file, unpacked."""
_SUFFIXES = (".csv", ".json", ".jsonl")
_QUESTION = ("question", "QUESTION", "query", "prompt", "Question")


class NoBenchmarkError(ValueError):
    """The file holds no questions in a shape that is known here."""


def read_benchmarks(paths: Iterable[Path]) -> tuple[BenchmarkItem, ...]:
    """All items of these files and folders. Raises NoBenchmarkError and OSError."""
    return tuple(item for path in paths for file in _files(path) for item in _read(file, path))


def _files(path: Path) -> Sequence[Path]:
    if not path.exists():
        msg = f"no benchmark at {path}: leave it out of `dataset.benchmarks`, or give the right path"
        raise NoBenchmarkError(msg)
    found = sorted(path.rglob("*")) if path.is_dir() else [path]
    return [file for file in found if file.is_file() and file.name.removesuffix(".gz").endswith(_SUFFIXES)]


def _read(file: Path, root: Path) -> Iterator[BenchmarkItem]:
    name = str(file.relative_to(root)) if root.is_dir() else file.name
    name = name.removesuffix(".gz").rpartition(".")[0]
    text = _text(file)
    rows = _csv_rows(text) if ".csv" in file.name else _json_rows(text)
    items = [item for key, row in rows if (item := _item(name, key, row))]
    if not items and not _is_answers_alone(text):
        msg = f"{file.name} has no questions: an object with one of {', '.join(_QUESTION)}, or MMLU's CSV, is known"
        raise NoBenchmarkError(msg)
    yield from items


def _text(file: Path) -> str:
    with gzip.open(file, "rb") if file.suffix == ".gz" else file.open("rb") as stream:
        content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        msg = f"{file.name} is larger than {MAX_BYTES} bytes; split it"
        raise NoBenchmarkError(msg)
    return content.decode("utf-8", errors="replace")


def _csv_rows(text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    rows = list(csv.reader(io.StringIO(text)))
    header = rows[0] if rows and {*_QUESTION}.intersection(rows[0]) else None
    for number, row in enumerate(rows[1:] if header else rows, 1):
        yield (
            str(number),
            dict(zip(header, row, strict=False)) if header else {"question": row[0], "options": row[1:-1]},
        )


def _json_rows(text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    try:
        whole = json.loads(text)
    except ValueError:  # one object a line
        whole = [json.loads(line) for line in text.splitlines() if line.strip()]
    if isinstance(whole, dict) and all(isinstance(value, dict) for value in whole.values()):
        yield from whole.items()
        return
    for number, row in enumerate(whole if isinstance(whole, list) else [whole], 1):
        if isinstance(row, dict):
            yield str(row.get("id", number)), row


def _is_answers_alone(text: str) -> bool:
    """PubMedQA's ground truth has answers by id and no question."""
    try:
        whole = json.loads(text)
    except ValueError:
        return False
    return isinstance(whole, dict) and all(isinstance(value, str) for value in whole.values())


def _item(benchmark: str, key: str, row: Mapping[str, Any]) -> BenchmarkItem | None:
    question = next((row[name] for name in _QUESTION if isinstance(row.get(name), str)), "")
    if not question.strip():
        return None
    rest = " \n ".join(_strings([value for name, value in row.items() if name not in {*_QUESTION, "id"}]))
    source = f"pmid:{key}" if "pubmed" in benchmark.casefold() and key.isdigit() else ""
    return BenchmarkItem(benchmark, key, question, rest, source)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)
    elif isinstance(value, dict):
        yield from _strings(list(value.values()))
