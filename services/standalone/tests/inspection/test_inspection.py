"""A person reads questions in a real browser, and what they say is kept and heeded."""

import json
import shutil
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import replace

import pytest

from biorl.chassis.bus import Message
from biorl.chassis.bus.testing import bus_at
from biorl.document.v1 import document_pb2
from biorl.question_generator.adapters.verdict_file import rejected_in
from biorl.questions.question import ChatMessage, Evidence
from biorl.questions.testing import direction_question, number_question
from biorl.questions.wire import question_to_wire
from biorl.standalone.inspection.server import Inspection
from biorl.standalone.inspection.shelf import shelf_of
from biorl.standalone.inspection.verdicts import Verdict, Verdicts

TEXT = "Cells were grown. The IC50 of compound 7 was 42 nM in <b>yeast</b>. Nothing else."
START = TEXT.index("The IC50")
END = TEXT.index(" Nothing")
HOSTILE = "<img src=x onerror=\"document.title='hacked'\"> What is the half-maximal concentration?"
NUMBER = replace(
    number_question(),
    prompt=(ChatMessage("user", HOSTILE),),
    evidence=(Evidence("PMC1.1", "p1", START, END, TEXT[START:END]),),
)
OTHER = direction_question("TP53")


@pytest.fixture
def shelf(tmp_path):
    bus = bus_at(tmp_path / "bus.sqlite")
    paper = document_pb2.Document(id="PMC1.1", title="A study")
    paper.sections.add(path=["Results"], type="results").paragraphs.add(id="p1", text=TEXT)
    producer = bus.producer()
    for topic, messages in {
        "documents": [Message(b"PMC1.1", paper.SerializeToString())],
        "questions": [Message(it.id.encode(), question_to_wire(it).SerializeToString()) for it in (NUMBER, OTHER)],
    }.items():
        bus.ensure_topics([topic_of(topic)])
        producer.publish(topic, messages)
    yield shelf_of(bus, "questions", "documents", tmp_path)
    producer.close()
    bus.close()


def topic_of(name):
    from biorl.chassis.bus import TopicSpec  # noqa: PLC0415

    return TopicSpec(name)


@contextmanager
def serving(shelf, path):
    with Inspection(shelf, Verdicts(path)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.address
        finally:
            server.shutdown()
            thread.join()


def asked(url, body=None, **headers):
    request = urllib.request.Request(url, data=body and json.dumps(body).encode(), headers=headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own server
        return json.load(answer)


def test_evidence_is_shown_in_its_paragraph(shelf):
    (evidence,) = shelf.shown(NUMBER.id)["evidence"]
    assert (evidence["before"], evidence["quote"], evidence["agrees"]) == (TEXT[:START], TEXT[START:END], True)
    assert evidence["place"] == "Results"


def test_filters_find_what_they_say(shelf, tmp_path):
    with serving(shelf, tmp_path / "v.jsonl") as address:
        assert asked(f"{address}api/questions")["count"] == 2
        assert asked(f"{address}api/questions?type=number")["rows"][0]["id"] == NUMBER.id
        assert asked(f"{address}api/questions?text=HALF-maximal")["count"] == 1
        assert asked(f"{address}api/questions?verdict=reject")["count"] == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example:80", "X-Biorl-Inspect": "1"}, 403),
        ({}, 403),
        ({"X-Biorl-Inspect": "1"}, 400),
    ],
)
def test_other_pages_cannot_give_verdicts_and_a_rejection_needs_a_reason(shelf, tmp_path, headers, status):
    with serving(shelf, tmp_path / "v.jsonl") as address:
        with pytest.raises(urllib.error.HTTPError) as error:
            asked(f"{address}api/verdicts", {"question": NUMBER.id, "verdict": "reject", "reason": " "}, **headers)
        assert error.value.code == status
    assert not (tmp_path / "v.jsonl").exists()


def test_the_last_verdict_counts_and_can_be_taken_back(tmp_path):
    path = tmp_path / "v.jsonl"
    verdicts = Verdicts(path)
    verdicts.give("a", Verdict("reject", "unclear"))
    verdicts.give("b", Verdict("reject", "wrong"))
    verdicts.give("b", Verdict("accept", ""))
    verdicts.give("c", Verdict("reject", "wrong"))
    verdicts.give("c", Verdict("none", ""))
    assert Verdicts(path).words() == {"a": "reject", "b": "accept"}
    assert rejected_in(path) == {"a": "unclear"}


@pytest.mark.slow
def test_a_reader_filters_reads_and_rejects_in_a_real_browser(shelf, tmp_path):
    sync_api = pytest.importorskip("playwright.sync_api")
    browser_path = shutil.which("chromium") or shutil.which("google-chrome")
    if browser_path is None:
        pytest.skip("no chromium here")
    with serving(shelf, tmp_path / "v.jsonl") as address, sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page()
        errors = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address)
        page.select_option("#type", "number")
        sync_api.expect(page.locator("#list li")).to_have_count(1)
        page.click("#list li")
        assert page.inner_text("mark") == TEXT[START:END]
        assert "<img" in page.inner_text("main pre >> nth=0")
        assert page.title() == "biorl inspect"
        page.get_by_role("button", name="Reject").click()
        page.wait_for_selector("text=A rejection needs a reason.")
        page.fill("#reason", "two answers are right")
        page.get_by_role("button", name="Reject").click()
        page.wait_for_selector("text=rejected. two answers are right")
        page.select_option("#word", "reject")
        page.wait_for_selector("#list li .reject")
        assert page.inner_text("#count") == "1 to 1 of 1"
        page.select_option("#word", "none")
        sync_api.expect(page.locator("#count")).to_have_text("none")
        assert errors == []
        browser.close()
    assert rejected_in(tmp_path / "v.jsonl") == {NUMBER.id: "two answers are right"}
