"""A made-up literature of any size: the same papers each time, most of them different from all others."""

from itertools import chain
from pathlib import Path

from biorl.ingester.adapters.readers import read_documents
from biorl.ingester.adapters.wire import document_to_wire
from biorl.ingester.domain.sources import JatsSource
from biorl.question_generator.adapters.wire import document_from_wire, document_message
from biorl.question_generator.domain.curation import CurationRules, curate
from biorl.question_generator.domain.literature.article import LiteratureRules, write_literature_questions
from biorl.standalone.simulation.literature import paper, write_literature

SOME = 100


def test_a_paper_depends_on_the_seed_and_its_number_alone(tmp_path: Path) -> None:
    few, many = list(write_literature(1, 3, tmp_path / "few")), list(write_literature(1, 5, tmp_path / "many"))
    assert [path.read_bytes() for path in few] == [path.read_bytes() for path in many[:3]]
    assert paper(1, 2) != paper(2, 2)


def test_what_is_there_already_is_not_written_again(tmp_path: Path) -> None:
    first, *_ = write_literature(1, 2, tmp_path)
    first.write_text("kept")
    list(write_literature(1, 3, tmp_path))
    assert first.read_text() == "kept"
    assert len(list(tmp_path.rglob("*.xml"))) == 3


def test_every_200th_paper_takes_back_the_one_before_it() -> None:
    assert paper(1, 199).retracts == paper(1, 198).doi


def test_nearly_all_questions_about_it_survive_deduplication_and_some_do_not(tmp_path: Path) -> None:
    list(write_literature(1, SOME, tmp_path))
    documents = [
        document_from_wire(document_message(document_to_wire(it).SerializeToString()))
        for it in read_documents(JatsSource(path=tmp_path))
    ]
    written = [write_literature_questions(document, LiteratureRules()).questions for document in documents]
    questions = list(chain.from_iterable(written))
    assert len(questions) > 10 * len(documents)
    assert 0.9 * len(questions) < len(curate(questions, CurationRules()).kept) < len(questions)
