"""Benchmarks are read in the shapes that they come in, and a file without questions is an error."""

import gzip
import json

import pytest

from biorl.question_generator.adapters.benchmarks import NoBenchmarkError, read_benchmarks


def test_every_shape_gives_its_questions(tmp_path):
    (tmp_path / "mmlu.csv").write_text('"What, then?",one,two,three,four,B\n')
    (tmp_path / "named.csv").write_text("id,question\n7,Why?\n")
    (tmp_path / "pubmedqa.json").write_text(json.dumps({"12": {"QUESTION": "Is it?", "CONTEXTS": ["It is."]}}))
    with gzip.open(tmp_path / "lines.json.gz", "wt") as file:
        file.write('{"id": "a", "question": "Who?", "opa": "me"}\n{"id": "b", "question": "Where?"}\n')
    found = {(item.benchmark, item.id): (item.question, item.rest, item.source) for item in read_benchmarks([tmp_path])}
    assert found == {
        ("mmlu", "1"): ("What, then?", "one \n two \n three \n four", ""),
        ("named", "1"): ("Why?", "", ""),
        ("pubmedqa", "12"): ("Is it?", "It is.", "pmid:12"),
        ("lines", "a"): ("Who?", "me", ""),
        ("lines", "b"): ("Where?", "", ""),
    }


def test_what_has_no_questions_is_an_error_that_says_what_is_known(tmp_path):
    (tmp_path / "x.json").write_text('[{"text": "no"}]')
    with pytest.raises(NoBenchmarkError, match="question"):
        read_benchmarks([tmp_path])
    with pytest.raises(NoBenchmarkError, match="no benchmark at"):
        read_benchmarks([tmp_path / "nowhere"])


def test_answers_alone_are_passed_over(tmp_path):
    (tmp_path / "truth.json").write_text('{"12": "yes"}')
    assert read_benchmarks([tmp_path]) == ()


@pytest.mark.data
def test_the_real_benchmarks_are_read(data_dir):
    items = read_benchmarks([data_dir / "bench"])
    assert len(items) > 6000
    assert {item.benchmark.partition("/")[0] for item in items} == {"mmlu", "pubmedqa", "medmcqa_dev"}
    assert all(item.question for item in items)
