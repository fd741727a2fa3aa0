"""An exported dataset read back: every question as it was written, held-out gold aside."""

from dataclasses import replace
from pathlib import Path

import pytest

from biorl.client.dataset import load_questions
from biorl.questions.identity import identified
from biorl.questions.question import Evidence, GeneClassClaim, MoleculeClaim, Question, Split
from biorl.questions.testing import direction_question, number_question


@pytest.fixture
def questions() -> list[Question]:
    literature = replace(number_question(), evidence=(Evidence("PMC1.1", "p1", 0, 2, "42"),), difficulty=0.5)
    plain = direction_question()
    return [
        plain,
        literature,
        identified(replace(plain, claim=GeneClassClaim("TP53", "dosage-sensitive"))),
        identified(replace(plain, claim=MoleculeClaim("CCO", "BBBP"))),
        direction_question("MED1", split=Split.TEST),
    ]


def export(questions: list[Question], folder: Path) -> None:
    # The exporter is another service's; a drift between the two is what this test is for.
    exported = pytest.importorskip("biorl.question_generator.adapters.parquet_dataset")
    for split in Split:
        of_split = [question.sealed() for question in questions if question.split is split]
        if of_split:
            exported.ParquetDataset(folder).write(split, of_split)


def test_an_exported_dataset_is_read_back_as_it_was_written(questions: list[Question], tmp_path: Path) -> None:
    export(questions, tmp_path)
    assert dict(load_questions(tmp_path)) == {question.id: question.sealed() for question in questions}
    assert len(load_questions(tmp_path / "data" / "test.parquet")) == 1


def test_an_empty_folder_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="holds no"):
        load_questions(tmp_path)
