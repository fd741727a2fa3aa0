"""An exported dataset: parquet that `datasets.load_dataset("parquet", data_dir=...)` reads, and refusals as JSON lines.

    data/train.parquet, data/validation.parquet, data/test.parquet     one row a question; held-out gold is null
    held_out_gold.parquet                                              id, gold, accepted; only when it was asked for
    refusals.jsonl                                                     source, task, reason, count, example

Rows come ordered, and nothing of the machine or the hour enters a file: equal questions give equal bytes.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from biorl.question_generator.domain.writing import RefusalCount
from biorl.questions.question import Question, Split

_TEXTS = pa.list_(pa.string())
SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("task", pa.string()),
        ("prompt", pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))),
        ("answer_type", pa.string()),
        ("gold", pa.string()),
        ("accepted", _TEXTS),
        ("options", pa.list_(pa.struct([("label", pa.string()), ("text", pa.string())]))),
        ("unit", pa.string()),
        ("relative_tolerance", pa.float64()),
        ("absolute_tolerance", pa.float64()),
        ("member_type", pa.string()),
        ("namespace", pa.string()),
        ("either_strand", pa.bool_()),
        ("claim_type", pa.string()),
        ("claim", pa.string()),  # JSON: each kind of claim has fields of its own
        ("split", pa.string()),
        ("topics", _TEXTS),
        ("benchmarks", _TEXTS),
        ("difficulty", pa.float64()),
        ("licence", pa.string()),
        ("writer", pa.string()),
        ("sources", _TEXTS),
        ("dataset", pa.string()),
        (
            "evidence",
            pa.list_(
                pa.struct(
                    [
                        ("document_id", pa.string()),
                        ("paragraph_id", pa.string()),
                        ("start", pa.int64()),
                        ("end", pa.int64()),
                        ("quote", pa.string()),
                    ]
                )
            ),
        ),
    ]
)
GOLD_SCHEMA = pa.schema([("id", pa.string()), ("gold", pa.string()), ("accepted", _TEXTS)])


class ParquetDataset:
    """`DatasetWriter` into a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, split: Split, questions: Sequence[Question]) -> str:
        rows = [row_of(question) for question in questions]
        return _write_parquet(self._folder / "data" / f"{split}.parquet", rows, SCHEMA)

    def write_held_out_gold(self, questions: Sequence[Question]) -> str:
        rows = [
            {"id": question.id, "gold": question.answer.gold, "accepted": list(question.answer.accepted)}
            for question in questions
        ]
        return _write_parquet(self._folder / "held_out_gold.parquet", rows, GOLD_SCHEMA)

    def write_refusals(self, refusals: Iterable[RefusalCount]) -> str:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / "refusals.jsonl"
        with path.open("w", encoding="utf-8") as file:
            for refusal in refusals:
                file.write(json.dumps(asdict(refusal), ensure_ascii=False, sort_keys=True) + "\n")
        return _digest_of(path)


def row_of(question: Question) -> dict[str, Any]:
    """One question as one row of `SCHEMA`."""
    answer, claim = question.answer, question.claim
    return {
        "id": question.id,
        "task": question.task,
        "prompt": [asdict(message) for message in question.prompt],
        "answer_type": answer.type,
        "gold": answer.gold,
        "accepted": list(answer.accepted),
        "options": [asdict(option) for option in answer.options],
        "unit": answer.unit,
        "relative_tolerance": answer.relative_tolerance,
        "absolute_tolerance": answer.absolute_tolerance,
        "member_type": answer.member_type,
        "namespace": answer.namespace,
        "either_strand": answer.either_strand,
        "claim_type": type(claim).__name__ if claim else None,
        "claim": json.dumps(asdict(claim), ensure_ascii=False, sort_keys=True) if claim else None,
        "split": question.split,
        "topics": list(question.topics),
        "benchmarks": list(question.benchmarks),
        "difficulty": question.difficulty,
        "licence": question.licence,
        "writer": question.provenance.writer,
        "sources": list(question.provenance.sources),
        "dataset": question.provenance.dataset,
        "evidence": [asdict(evidence) for evidence in question.evidence],
    }


def _write_parquet(path: Path, rows: Sequence[dict[str, Any]], schema: pa.Schema) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), path, compression="zstd")
    return _digest_of(path)


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
