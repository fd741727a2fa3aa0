"""The page over HTTP: who may ask, what is shown, what stays hidden, and that decisions are made and kept."""

from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode

import pytest

from biorl.document.v1 import document_pb2
from biorl.questions.identity import identified
from biorl.questions.question import ChatMessage, Evidence, Question, Split
from biorl.questions.testing import direction_question, number_question
from biorl.questions.wire import question_to_wire
from biorl.reward.v1 import reward_pb2
from biorl.standalone.inspection.application import Application, Request, Response
from biorl.standalone.inspection.catalogue import Catalogue
from biorl.standalone.inspection.decisions import DecisionLog, Verdict, opened
from biorl.verifier.v1 import verifier_pb2

TOKEN, US = "secret", "127.0.0.1:4000"
HOSTILE = '<script>alert("x")</script>'
PARAGRAPH = "Before. Compound 7 has an IC50 of 42 nM <b>. After."
QUOTE = "Compound 7 has an IC50 of 42 nM <b>."


def from_paper(**changes: object) -> Question:
    evidence = Evidence("PMC1.1", "p1", 8, 8 + len(QUOTE), QUOTE)
    return identified(
        replace(number_question(), evidence=(evidence,), licence="CC-BY-4.0", topics=("Enzymes",), **changes)
    )


FROM_PAPER = from_paper()
HELD_OUT = from_paper(split=Split.TEST)
SCREENED = direction_question()
STRANGE = identified(replace(direction_question("AARS2"), prompt=(ChatMessage("user", f"{HOSTILE} 100% a_b"),)))
ALL = (FROM_PAPER, HELD_OUT, SCREENED, STRANGE)


def scored(question: Question, completion: str) -> reward_pb2.ScoredRollout:
    verdict = verifier_pb2.Verdict(status=verifier_pb2.STATUS_ABSTAINED, reason="gene_not_covered")
    parts = [reward_pb2.Part(name="world-model", weight=1.0, verdict=verdict)]
    reward = reward_pb2.Reward(status=verifier_pb2.STATUS_SCORED, reward=0.625, parts=parts)
    return reward_pb2.ScoredRollout(id=completion, question_id=question.id, completion=completion, reward=reward)


def catalogue_of(*questions: Question) -> Catalogue:
    catalogue = Catalogue()
    catalogue.put(question_to_wire(question) for question in questions)
    paragraph = document_pb2.Paragraph(id="p1", text=PARAGRAPH)
    section = document_pb2.Section(path=["Results", "Potency"], paragraphs=[paragraph])
    licence = document_pb2.Licence(spdx="CC-BY-4.0")
    catalogue.put_document(
        document_pb2.Document(id="PMC1.1", pmcid="PMC1.1", title="On 7", licence=licence, sections=[section])
    )
    catalogue.put_rollouts([scored(SCREENED, HOSTILE), scored(SCREENED, HOSTILE), scored(HELD_OUT, "a guess")])
    return catalogue


@pytest.fixture
def log(tmp_path: Path) -> Iterator[DecisionLog]:
    with opened(tmp_path / "verdicts.jsonl") as log:
        yield log


@pytest.fixture
def app(log: DecisionLog) -> Application:
    return Application(catalogue_of(*ALL), log, "demo", TOKEN, US, "ann")


def get(app: Application, path: str = "", **query: object) -> Response:
    return app(Request("GET", f"/{TOKEN}/{path}?{urlencode(query)}", {"host": US}))


def page(app: Application, **query: object) -> str:
    return get(app, **query).body.decode()


def decide(app: Application, question: Question, **form: str) -> Response:
    body = urlencode({"q": question.id, **form}).encode()
    return app(Request("POST", f"/{TOKEN}/decide", {"host": US, "origin": f"http://{US}"}, body))


@pytest.mark.parametrize(
    ("target", "headers", "status"),
    [
        ("/secret/", {"host": "attacker.example:4000"}, HTTPStatus.MISDIRECTED_REQUEST),
        ("/secret/", {"host": "127.0.0.1:4001"}, HTTPStatus.MISDIRECTED_REQUEST),
        ("/secret/", {}, HTTPStatus.MISDIRECTED_REQUEST),
        ("/guess/", {"host": US}, HTTPStatus.NOT_FOUND),
        ("/", {"host": US}, HTTPStatus.NOT_FOUND),
        ("http://[", {"host": US}, HTTPStatus.NOT_FOUND),
        ("/secret/../etc/passwd", {"host": US}, HTTPStatus.NOT_FOUND),
        ("/secret/page.html.j2", {"host": US}, HTTPStatus.NOT_FOUND),
        ("/secret/decide", {"host": US}, HTTPStatus.METHOD_NOT_ALLOWED),
        ("/secret/", {"host": US, "origin": "https://attacker.example"}, HTTPStatus.FORBIDDEN),
        ("/secret/?q=none", {"host": US}, HTTPStatus.NOT_FOUND),
        ("/secret/?" + "&".join("a" * 50), {"host": US}, HTTPStatus.BAD_REQUEST),
        ("/secret/", {"host": "localhost:4000"}, HTTPStatus.OK),
    ],
)
def test_only_who_knows_the_token_and_calls_us_by_our_name_is_answered(
    app: Application, target: str, headers: dict[str, str], status: HTTPStatus
) -> None:
    response = app(Request("GET", target, headers))
    assert response.status == status
    assert (status == HTTPStatus.OK) == (b"<html" in response.body)


def test_evidence_is_marked_in_its_paragraph_beside_paper_licence_and_link(app: Application) -> None:
    shown = page(app, q=FROM_PAPER.id)
    assert "Before. <mark>Compound 7 has an IC50 of 42 nM &lt;b&gt;.</mark> After." in shown
    for words in ("On 7", "CC-BY-4.0", "Results › Potency", "https://pmc.ncbi.nlm.nih.gov/articles/PMC1/", ">42 nM<"):
        assert words in shown


def test_what_a_question_or_a_completion_says_is_text_and_never_part_of_the_page(app: Application) -> None:
    for shown in (page(app, q=STRANGE.id), page(app, q=SCREENED.id), page(app, text=HOSTILE, topic='"><script>')):
        assert "<script>" not in shown
        assert "&lt;script&gt;" in shown


def test_a_held_out_answer_shows_only_when_asked_for(app: Application) -> None:
    hidden = page(app, q=HELD_OUT.id)
    assert "Held out" in hidden
    for secret in ("IC50", "42 nM", "a guess"):
        assert secret not in hidden
        assert secret in page(app, q=HELD_OUT.id, gold=1)
    assert "it must reach no training" in page(app, q=HELD_OUT.id, gold=1)


def test_a_decision_says_whether_the_held_out_answer_was_seen(app: Application, log: DecisionLog) -> None:
    for form, seen in (({}, False), ({"gold": "1"}, True)):
        decide(app, HELD_OUT, verdict="accepted", **form)
        found = log.of(HELD_OUT.id)
        assert found is not None
        assert found.saw_held_out_answer is seen


def test_rollouts_come_with_their_parts_and_an_absent_value_is_no_zero(app: Application) -> None:
    shown = page(app, q=SCREENED.id)
    for words in ("0.625", "2 times", "world-model", "<td>–</td>", "ABSTAINED, gene not covered"):
        assert words in shown


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ALL),
        ({"task": "perturbation.*"}, (SCREENED, STRANGE)),
        ({"task": "literature.extraction", "split": "train"}, (FROM_PAPER,)),
        ({"task": "literatur.*"}, ()),
        ({"type": "number"}, (FROM_PAPER, HELD_OUT)),
        ({"topic": "Enzymes", "split": "test"}, (HELD_OUT,)),
        ({"text": "COMPOUND 7"}, (FROM_PAPER, HELD_OUT)),
        ({"text": "pmc1.1"}, (FROM_PAPER, HELD_OUT)),
        ({"text": "100% a_b"}, (STRANGE,)),
        ({"text": "1_0%"}, ()),
        ({"text": SCREENED.id[:12]}, (SCREENED,)),
        ({"text": "42"}, tuple(question for question in ALL if question.id.startswith("42"))),
        ({"decision": "undecided"}, (FROM_PAPER, HELD_OUT, SCREENED)),
        ({"decision": "accepted"}, (STRANGE,)),
        ({"decision": "' OR 1 --"}, ()),
    ],
)
def test_a_filter_shows_what_fits_it_and_nothing_else(
    app: Application, query: dict[str, str], found: tuple[Question, ...]
) -> None:
    decide(app, STRANGE, verdict="accepted")
    shown = page(app, **query)
    listed = shown.partition("<ol")[2].partition("</ol>")[0]
    assert {question.id for question in ALL if question.id in listed} == {question.id for question in found}
    if not found:
        assert "No question fits this filter." in shown


def test_deciding_leads_to_the_next_question_that_fits(app: Application, log: DecisionLog) -> None:
    first, second = sorted((FROM_PAPER, HELD_OUT, SCREENED, STRANGE), key=lambda question: question.id)[:2]
    response = decide(app, first, verdict="rejected", reason="other", note="odd\r\nunit", decision="undecided")
    assert response.status == HTTPStatus.SEE_OTHER
    assert response.headers["Location"] == f"./?decision=undecided&q={second.id}&did={first.id}"
    found = log.of(first.id)
    assert found is not None
    assert (found.verdict, found.reason, found.note, found.reviewer) == (Verdict.REJECTED, "other", "odd\nunit", "ann")
    assert f"{first.id[:12]}</a> is rejected" in page(app, q=second.id, did=first.id)


@pytest.mark.parametrize(
    "form", [{}, {"verdict": "maybe"}, {"verdict": "rejected"}, {"verdict": "rejected", "reason": "x"}]
)
def test_half_a_decision_is_refused_and_nothing_is_written(
    app: Application, log: DecisionLog, form: dict[str, str]
) -> None:
    assert decide(app, SCREENED, **form).status == HTTPStatus.BAD_REQUEST
    assert log.path.read_bytes() == b""


def test_another_site_cannot_decide_even_with_the_token(app: Application, log: DecisionLog) -> None:
    body = urlencode({"q": SCREENED.id, "verdict": "accepted"}).encode()
    for origin in ("https://attacker.example", "null"):
        response = app(Request("POST", f"/{TOKEN}/decide", {"host": US, "origin": origin}, body))
        assert response.status == HTTPStatus.FORBIDDEN
    assert log.path.read_bytes() == b""


def test_decisions_of_before_are_there_when_it_starts_again(app: Application, log: DecisionLog) -> None:
    decide(app, SCREENED, verdict="accepted")
    decide(app, STRANGE, verdict="accepted")
    decide(app, STRANGE, verdict="undecided")
    again = Application(catalogue_of(*ALL), log, "demo", TOKEN, US)
    assert "1 accepted, 0 rejected" in page(again)
    assert "1 questions, 1 to 1" in page(again, decision="accepted")
    assert get(again, "decisions.tsv").body.decode().splitlines()[1].startswith(f"{SCREENED.id}\taccept\t")


def test_thousands_of_questions_come_page_by_page(log: DecisionLog) -> None:
    many = [direction_question(f"GENE{number}") for number in range(1234)]
    app = Application(catalogue_of(*many), log, "demo", TOKEN, US)
    ids = sorted(question.id for question in many)
    for number, first in ((1, 0), (3, 100), (25, 1200), (99, 1200), ("x", 0)):
        listed = page(app, page=number).partition("<ol")[2].partition("</ol>")[0]
        assert [question_id for question_id in ids if question_id in listed] == ids[first : first + 50]
    shown = page(app, q=ids[777])
    assert "751 to 800" in shown
    assert f'q={ids[776]}" data-key="k"' in shown
    assert f'q={ids[778]}" data-key="j"' in shown
