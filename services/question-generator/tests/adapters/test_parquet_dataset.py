"""An export is what `datasets` loads, the same bytes for the same questions, and it tells no held-out answer."""

import json
import random
from dataclasses import replace

import datasets
import pyarrow.parquet as pq
import pytest
import yaml

from biorl.question_generator.adapters.parquet_dataset import ParquetDataset
from biorl.question_generator.domain.curation import AlignmentRules, CurationRules
from biorl.question_generator.domain.decontamination import BenchmarkItem
from biorl.question_generator.domain.writing import RefusalCount
from biorl.question_generator.service import export
from biorl.questions.question import Evidence, Split
from biorl.questions.testing import direction_question, number_question

QUESTIONS = [
    *(direction_question(f"P{number}", gold="yes" if number % 2 else "no") for number in range(10)),
    *(direction_question(f"T{number}", split=Split.TEST) for number in range(5)),
    number_question(),
]
REFUSALS = [RefusalCount("PMC1.1", "literature.extraction", "anaphora", 3, "This µ-protein grew.")]


@pytest.fixture(autouse=True)
def _cache(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")


def load(folder):
    return datasets.load_dataset("parquet", data_dir=str(folder / "data"), cache_dir=str(folder / "cache"))


def test_datasets_loads_what_was_exported(tmp_path):
    done = export(QUESTIONS, REFUSALS, ParquetDataset(tmp_path))
    loaded = load(tmp_path)
    assert {split: len(rows) for split, rows in loaded.items()} == {"train": 11, "test": 5}
    assert done.rows == {Split.TRAIN: 11, Split.VALIDATION: 0, Split.TEST: 5}
    row = next(row for row in loaded["train"] if row["answer_type"] == "choice")
    question = next(item for item in QUESTIONS if item.id == row["id"])
    assert row["prompt"] == [{"role": "user", "content": question.prompt[0].content}]
    assert row["gold"] == question.answer.gold
    assert [option["label"] for option in row["options"]] == ["yes", "no"]
    assert json.loads(row["claim"])["readout"] == question.claim.readout
    assert row["claim_type"] == "PerturbationClaim"
    assert row["sources"] == list(question.provenance.sources)


def test_held_out_gold_is_nowhere_unless_it_was_asked_for(tmp_path):
    export(QUESTIONS, REFUSALS, ParquetDataset(tmp_path))
    assert {row["gold"] for row in load(tmp_path)["test"]} == {None}
    assert not (tmp_path / "held_out_gold.parquet").exists()


def test_held_out_gold_comes_in_a_file_of_its_own(tmp_path):
    export(QUESTIONS, REFUSALS, ParquetDataset(tmp_path), with_held_out_gold=True)
    assert {row["gold"] for row in load(tmp_path)["test"]} == {None}
    gold = datasets.load_dataset(
        "parquet", data_files=str(tmp_path / "held_out_gold.parquet"), cache_dir=str(tmp_path / "cache")
    )["train"]
    assert {row["id"]: row["gold"] for row in gold} == {
        question.id: "yes" for question in QUESTIONS if question.is_held_out
    }


def test_the_same_questions_in_any_order_give_the_same_digests(tmp_path):
    shuffled = list(QUESTIONS)
    random.Random(1).shuffle(shuffled)
    first = export(QUESTIONS, REFUSALS, ParquetDataset(tmp_path / "a"), with_held_out_gold=True)
    second = export(shuffled, REFUSALS, ParquetDataset(tmp_path / "b"), with_held_out_gold=True)
    assert first.digests == second.digests
    assert (
        export(QUESTIONS[1:], REFUSALS, ParquetDataset(tmp_path / "c")).digests["data/train.parquet"]
        != first.digests["data/train.parquet"]
    )


def test_every_layout_leads_back_to_its_question_and_tells_no_held_out_answer(tmp_path):
    export(QUESTIONS, REFUSALS, ParquetDataset(tmp_path, ("verl", "openrlhf", "trl")))
    ids = {split: {item.id for item in QUESTIONS if item.split is split} for split in (Split.TRAIN, Split.TEST)}
    for split, wanted in ids.items():
        verl, openrlhf, trl = (
            pq.read_table(tmp_path / "layouts" / name / f"{split}.parquet").to_pylist()
            for name in ("verl", "openrlhf", "trl")
        )
        assert {row["extra_info"]["question_id"] for row in verl} == wanted
        assert {row["label"] for row in openrlhf} == wanted
        assert {row["question_id"] for row in trl} == wanted
        assert all(row["prompt"][-1]["role"] == "user" for row in (*verl, *trl))
    assert {row["reward_model"]["ground_truth"] for row in verl} == {""}
    assert {row["gold"] for row in trl} == {None}


def test_the_lines_say_what_the_parquet_says(tmp_path):
    export(QUESTIONS, REFUSALS, ParquetDataset(tmp_path))
    lines = (tmp_path / "jsonl" / "train.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == pq.read_table(tmp_path / "data" / "train.parquet").to_pylist()


def test_the_words_of_held_out_evidence_are_not_exported(tmp_path):
    held = replace(number_question(), id="h", split=Split.TEST, evidence=(Evidence("PMC1.1", "p1", 0, 9, "it was 42"),))
    export([held], (), ParquetDataset(tmp_path))
    assert b"it was 42" not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_the_card_says_what_is_in_and_what_is_out(tmp_path):
    items = (BenchmarkItem("mmlu/biology", "7", number_question().prompt[-1].content),)
    export(QUESTIONS, REFUSALS, ParquetDataset(tmp_path), curation=CurationRules(benchmarks=items))
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert yaml.safe_load(text.split("---")[1])["configs"][0]["data_files"][0] == {
        "split": "train", "path": "data/train.parquet",
    }  # fmt: skip
    assert "| literature.extraction | anaphora | 3 |" in text
    assert "| mmlu/biology | 1 |" in text


def test_refusals_are_told_one_a_line(tmp_path):
    export([], REFUSALS, ParquetDataset(tmp_path))
    (line,) = (tmp_path / "refusals.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line) == {
        "source_id": "PMC1.1",
        "task": "literature.extraction",
        "reason": "anaphora",
        "count": 3,
        "example": "This µ-protein grew.",
    }


def test_fields_are_plotted_and_told_and_the_plot_is_the_same_each_time(tmp_path):
    questions = [replace(number_question(gold=f"{n}"), id=f"q{n}", topics=("Neoplasms",)) for n in range(3)]
    rules = CurationRules(alike=None, alignment=AlignmentRules({"cancer": 1.0}, size=2))
    first, second = (
        export(questions, (), ParquetDataset(tmp_path / name), curation=rules).digests for name in ("a", "b")
    )
    assert first == second
    told = json.loads((tmp_path / "a" / "topics.json").read_text())
    assert told["alignment"]["fields"] == {"cancer": {"supply": 3, "wanted": 2, "kept": 2, "repeats": 0.666667}}
    assert "<svg" in (tmp_path / "a" / "topics.svg").read_text()
