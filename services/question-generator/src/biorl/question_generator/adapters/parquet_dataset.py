"""An exported dataset: parquet that `datasets.load_dataset("parquet", data_dir=...)` reads, and refusals as JSON lines.

    README.md                          the dataset's card
    data/<split>.parquet               one row a question; held-out gold and the words of its evidence are empty
    jsonl/<split>.jsonl                the same rows, one a line
    layouts/<framework>/<split>.parquet   the columns that a trainer wants, see `layouts`
    held_out_gold.parquet              id, gold, accepted; only when it was asked for
    refusals.jsonl                     source, task, reason, count, example
    dropped.jsonl                      question, task, reason, because
    decontamination.json               what was looked for in which benchmark, and what was found
    topics.json, topics.svg            fields of biology: supply, target, what was kept, repeats

Rows come ordered, and nothing of the machine or the hour enters a file: equal questions give equal bytes.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from biorl.question_generator.adapters.dataset_card import card
from biorl.question_generator.adapters.layouts import LAYOUTS
from biorl.question_generator.adapters.topic_plot import topic_plot
from biorl.question_generator.domain.curation import Curated
from biorl.question_generator.domain.decontamination import RUN
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
AT_ONCE = 10_000
"""Rows that are in memory, and in one row group, at a time."""
GOLD_SCHEMA = pa.schema([("id", pa.string()), ("gold", pa.string()), ("accepted", _TEXTS)])


class ParquetDataset:
    """`DatasetWriter` into a folder. `layouts` are names of `adapters.layouts.LAYOUTS`."""

    def __init__(self, folder: Path, layouts: Sequence[str] = ()) -> None:
        self._folder = folder
        self._layouts = layouts

    def write(self, split: Split, questions: Sequence[Question]) -> Mapping[str, str]:
        digests = {
            f"data/{split}.parquet": self._parquet(f"data/{split}.parquet", map(row_of, questions), SCHEMA),
            f"jsonl/{split}.jsonl": self._lines(f"jsonl/{split}.jsonl", map(row_of, questions)),
        }
        for name in self._layouts:
            laid, path = LAYOUTS[name], f"layouts/{name}/{split}.parquet"
            digests[path] = self._parquet(
                path, (laid.row(number, it) for number, it in enumerate(questions)), laid.schema
            )
        return digests

    def write_held_out_gold(self, questions: Sequence[Question]) -> Mapping[str, str]:
        rows = (
            {"id": question.id, "gold": question.answer.gold, "accepted": list(question.answer.accepted)}
            for question in questions
        )
        return {"held_out_gold.parquet": self._parquet("held_out_gold.parquet", rows, GOLD_SCHEMA)}

    def write_account(self, curated: Curated, refusals: Sequence[RefusalCount]) -> Mapping[str, str]:
        return {
            "refusals.jsonl": self._lines("refusals.jsonl", map(asdict, refusals)),
            "dropped.jsonl": self._lines("dropped.jsonl", map(asdict, curated.dropped)),
            "decontamination.json": self._text("decontamination.json", _decontamination(curated)),
            "README.md": self._text("README.md", card(curated, refusals)),
            **self._topics(curated),
        }

    def _topics(self, curated: Curated) -> Mapping[str, str]:
        """Nothing when no question was made from a paper."""
        if not curated.supply:
            return {}
        target = {name: float(field.wanted) for name, field in curated.plan.fields.items()} if curated.plan else {}
        plot = topic_plot(curated.supply, target, curated.kept_by_field)
        return {
            "topics.json": self._text("topics.json", _topics(curated)),
            "topics.svg": self._text("topics.svg", plot),
        }

    def _parquet(self, name: str, rows: Iterable[dict[str, Any]], schema: pa.Schema) -> str:
        path = self._place(name)
        with pq.ParquetWriter(path, schema, compression="zstd") as file:
            for some in _by(AT_ONCE, rows):
                file.write_table(pa.Table.from_pylist(some, schema=schema))
        return _digest_of(path)

    def _lines(self, name: str, rows: Iterable[Mapping[str, Any]]) -> str:
        path = self._place(name)
        with path.open("w", encoding="utf-8") as file:
            for row in rows:
                file.write(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n")
        return _digest_of(path)

    def _text(self, name: str, text: str) -> str:
        path = self._place(name)
        path.write_text(text, encoding="utf-8")
        return _digest_of(path)

    def _place(self, name: str) -> Path:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def _by(number: int, rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """So many at a time."""
    left = iter(rows)
    while some := list(islice(left, number)):
        yield some


def _topics(curated: Curated) -> str:
    done, fields = curated.plan, curated.fields
    report = {
        "supply": dict(sorted(curated.supply.items())),
        "papers_named_by_headings": fields.num_named if fields else 0,
        "agreement_of_text_with_headings": fields.agreement if fields else None,
        "alignment": done
        and {
            "alpha": done.alpha,
            "size": done.size,
            "largest_size_without_repeats": done.largest,
            "alphas_without_repeats": done.reachable,
            "fields": {
                name: {"supply": it.supply, "wanted": it.wanted, "kept": it.kept, "repeats": _finite(it.repeats)}
                for name, it in done.fields.items()
            },
        },
    }
    return json.dumps(report, ensure_ascii=False, indent=1) + "\n"


def _finite(number: float) -> float | None:
    return round(number, 6) if math.isfinite(number) else None


def _decontamination(curated: Curated) -> str:
    report = {
        "benchmarks": dict(sorted(curated.benchmark_sizes.items())),
        "method": f"runs of {RUN} words, near duplicates, same paper",
        "contaminated": [
            {"question": it.question_id, "benchmark": it.item.benchmark, "item": it.item.id, "how": it.how}
            for it in curated.contaminations
        ],
    }
    return json.dumps(report, ensure_ascii=False, indent=1) + "\n"


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


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
