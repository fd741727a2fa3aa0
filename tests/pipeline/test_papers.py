"""All real papers in one run, from the files to the questions, through ingester and question-generator.

Between the two everything goes over the wire format. What must hold: nothing crashes, what is refused has its reason,
the evidence of a question is the text that it points to, and a paper that is retracted later takes its questions along.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from biorl.answers.spec import AnswerType
from biorl.ingester.adapters.ledger import SqliteLedger, refusals
from biorl.ingester.adapters.readers import FileReader
from biorl.ingester.adapters.retraction_lists import read_retraction_list
from biorl.ingester.adapters.wire import document_to_wire, retraction_to_wire
from biorl.ingester.domain.admission import Policy
from biorl.ingester.domain.sources import JatsSource, PubmedSource
from biorl.ingester.service import Ingester
from biorl.ingester.testing import FakeObserver, FakePublisher
from biorl.question_generator.adapters.wire import document_from_wire, document_message, retraction_from_wire
from biorl.question_generator.domain.curation import CurationRules, curate
from biorl.question_generator.domain.sources import Document
from biorl.question_generator.service import QuestionGenerator, Rules
from biorl.question_generator.testing import MemoryStore, Outbox, Tally
from biorl.questions.question import Question

pytestmark = [pytest.mark.data, pytest.mark.slow]
RETRACTED_LATER = "doi:10.1371/journal.pbio.0050005"
"""Nothing in its own file says so: a list does."""
RETRACTED_BY_ITS_TITLE = "10.7554_elife.94685.2.xml.gz"


@dataclass(slots=True)
class Run:
    documents: dict[str, Document]
    outbox: Outbox
    tally: Tally
    refused: dict[str, str]
    """Reason by file."""
    questions: tuple[Question, ...]
    """As they stood before the retraction list was heard."""


@pytest.fixture(scope="module")
def run(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    ledger = tmp_path_factory.mktemp("papers") / "ledger.sqlite"
    publisher, outbox, tally = FakePublisher(), Outbox(), Tally()
    ingester = Ingester(FileReader(), SqliteLedger(ledger), publisher, FakeObserver(), Policy())
    generator = QuestionGenerator(Rules(), MemoryStore(), outbox, tally)
    folders = [JatsSource(path=data_dir / "jats"), JatsSource(path=data_dir / "jats_licence_gate")]
    ingester.ingest_all([*folders, PubmedSource(path=data_dir / "pubmed", licence="CC0-1.0")])
    hear(generator, publisher, 0)
    messages = [document_message(document_to_wire(item).SerializeToString()) for item in publisher.documents]
    documents = {message.id: document_from_wire(message) for message in messages}
    for document in documents.values():
        generator.take([document])
    questions, heard = tuple(outbox.standing.values()), len(publisher.retractions)
    ingester.retire(read_retraction_list(data_dir / "pubmed" / "pubmed_retractions.tsv.gz"), "pubmed_retractions")
    hear(generator, publisher, heard)
    refused = {entry.source.rpartition("/")[2]: entry.reason for entry in refusals(ledger)}
    return Run(documents, outbox, tally, refused, questions)


def hear(generator: QuestionGenerator, publisher: FakePublisher, start: int) -> None:
    for notice in publisher.retractions[start:]:
        message = retraction_to_wire(notice)
        generator.hear([retraction_from_wire(message.document_id.encode(), message.SerializeToString())])


def test_every_evidence_is_the_text_that_it_points_to(run: Run):
    for question in run.questions:
        (evidence,) = question.evidence
        sections = run.documents[evidence.document_id].sections
        text = {paragraph.id: paragraph.text for section in sections for paragraph in section.paragraphs}
        assert text[evidence.paragraph_id][evidence.start : evidence.end] == evidence.quote
        assert question.licence
    assert len(run.questions) > 2000


def test_a_research_article_gives_four_questions_on_average_and_a_tenth_are_numbers_with_units(run: Run):
    asked = Counter(question.evidence[0].document_id for question in curate(run.questions, CurationRules()).kept)
    research = [name for name, document in run.documents.items() if document.article_type == "research-article"]
    assert sum(asked[name] for name in research) / len(research) >= 4
    numbers = [item for item in run.questions if item.answer.type is AnswerType.NUMBER and item.answer.unit]
    assert len(numbers) / len(run.questions) >= 0.1


def test_the_paper_that_was_retracted_later_without_a_mark_loses_its_questions(run: Run):
    made = {item.id for item in run.questions if item.evidence[0].document_id in names_of(run, RETRACTED_LATER)}
    assert made
    assert made.isdisjoint(run.outbox.standing)
    assert len(run.outbox.standing) == len(run.questions) - run.tally.retired_questions


def names_of(run: Run, name: str) -> set[str]:
    return {item.id for item in run.documents.values() if name in {item.id, *item.names}}


def test_the_paper_that_only_its_title_marks_is_never_asked_about(run: Run):
    assert run.refused[RETRACTED_BY_ITS_TITLE] == "retracted"
    assert not [item for item in run.questions if "RETRACTED" in item.prompt[-1].content]


def test_what_is_not_asked_has_a_reason(run: Run):
    assert run.tally.sources == len(run.documents)
    assert sum(run.tally.refusals.values()) > len(run.questions)
    assert "" not in run.tally.refusals
