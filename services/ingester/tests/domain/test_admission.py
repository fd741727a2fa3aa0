"""What is refused, and under which code."""

from dataclasses import replace

import pytest

from biorl.ingester.domain.admission import Policy, Refusal, Submission, admit
from biorl.ingester.domain.document import Document, Licence, Paragraph, Section, Source
from biorl.ingester.domain.licences import Terms

TEXT = (Section(("Results",), "results", (Paragraph("p1", "It rose."),)),)
DOCUMENT = Document(
    "doi:10.5555/a", "", "", "10.5555/a", "A paper", "", 2020, "research-article", Licence(), TEXT, (), (),
    Source("a.xml", "0" * 64, "jats"),
)  # fmt: skip
PAPER = Submission(DOCUMENT, Terms(("http://creativecommons.org/licenses/by/4.0/",)))
STRICT = Policy()


def code(paper: Submission, policy: Policy = STRICT, declared: str = "") -> str:
    verdict = admit(paper, policy, declared)
    return verdict.code if isinstance(verdict, Refusal) else "admitted"


def test_a_free_paper_is_admitted_with_its_licence() -> None:
    verdict = admit(PAPER, STRICT)
    assert isinstance(verdict, Document)
    assert verdict.licence == Licence("CC-BY-4.0", "url")


@pytest.mark.parametrize("title", ["RETRACTED: A paper", "[Retracted] Article: x", "WITHDRAWN A paper", "Retracted: x"])
def test_a_title_says_that_a_paper_is_retracted(title: str) -> None:
    expected = "admitted" if title.startswith("[Retracted]") else "retracted"
    assert code(replace(PAPER, document=replace(DOCUMENT, title=title))) == expected


@pytest.mark.parametrize(
    "title", ["Withdrawn patients in trials", "Retraction of the iris", "Correction for batch effects"]
)
def test_an_innocent_title_is_no_mark(title: str) -> None:
    assert code(replace(PAPER, document=replace(DOCUMENT, title=title))) == "admitted"


@pytest.mark.parametrize("kind", ["retraction", "correction", "expression-of-concern", "erratum", "addendum"])
def test_notices_are_no_papers(kind: str) -> None:
    assert code(replace(PAPER, document=replace(DOCUMENT, article_type=kind))) == "notice"


def test_a_notice_in_disguise_is_known_by_its_title() -> None:
    assert code(replace(PAPER, document=replace(DOCUMENT, title="Erratum to: A paper"))) == "notice"


def test_metadata_of_its_own_says_that_a_paper_is_retracted() -> None:
    assert code(replace(PAPER, retracted="publication type Retracted Publication")) == "retracted"


def test_a_paper_without_an_allowed_licence_is_refused() -> None:
    assert code(replace(PAPER, terms=Terms())) == "licence_unknown"
    assert code(replace(PAPER, terms=Terms(words="All rights reserved"))) == "licence_unknown"
    nc = replace(PAPER, terms=Terms(("http://creativecommons.org/licenses/by-nc/4.0/",)))
    assert code(nc) == "licence_not_allowed"
    assert code(nc, Policy(("CC-BY-NC",))) == "admitted"


def test_a_declared_licence_is_for_papers_that_say_nothing() -> None:
    assert code(replace(PAPER, terms=Terms()), declared="CC0-1.0") == "admitted"
    assert code(replace(PAPER, terms=Terms(words="© Elsevier")), declared="CC0-1.0") == "licence_unknown"
    assert code(replace(PAPER, terms=Terms()), declared="CC-BY-NC-4.0") == "licence_not_allowed"


def test_a_paper_without_text_is_refused() -> None:
    assert code(replace(PAPER, document=replace(DOCUMENT, sections=()))) == "no_text"
