"""A reader at the page in a real browser: the chromium that the machine has, driven by keys alone."""

import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from biorl.document.v1 import document_pb2
from biorl.questions.identity import identified
from biorl.questions.question import ChatMessage, Evidence, Split
from biorl.questions.testing import direction_question, number_question
from biorl.questions.wire import question_to_wire
from biorl.standalone.inspection.application import Application, Request, Response
from biorl.standalone.inspection.catalogue import Catalogue
from biorl.standalone.inspection.decisions import opened
from biorl.standalone.inspection.server import Answer, serving

HOSTILE = "<img src=x onerror=\"document.title='taken'\"> What is the half-maximal concentration of compound 7?"
TEXT = " ".join(["Cells were grown before."] * 200) + " The IC50 of compound 7 was 42 nM. Nothing else."
START, END = TEXT.index("The IC50"), TEXT.index(" Nothing")
NUMBER = identified(
    replace(
        number_question(),
        prompt=(ChatMessage("user", HOSTILE),),
        evidence=(Evidence("PMC1.1", "p1", START, END, TEXT[START:END]),),
    )
)
HELD_OUT = direction_question("HELD1", split=Split.TEST)
MANY = [direction_question(f"GENE{number}") for number in range(120)]
IN_SIGHT = """mark => {
  const [inner, outer] = [mark, mark.parentElement].map((it) => it.getBoundingClientRect());
  return outer.height < 400 && outer.top <= inner.top && inner.bottom <= outer.bottom;
}"""
"""Of a long paragraph, the part with the evidence."""
pytestmark = [pytest.mark.browser, pytest.mark.slow]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install playwright")
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"no browser here: none of {', '.join(BROWSERS)} is on the path")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])  # a container's user is root
        yield browser
        browser.close()


@pytest.fixture
def page_at(browser: Any, tmp_path: Path) -> Iterator[tuple[Any, str, Path]]:
    """A page, the address to open, and the file of decisions. What the browser complains of fails the test."""
    catalogue, complaints = Catalogue(), []
    catalogue.put(question_to_wire(question) for question in (NUMBER, HELD_OUT, *MANY))
    section = document_pb2.Section(path=["Results"], paragraphs=[document_pb2.Paragraph(id="p1", text=TEXT)])
    catalogue.put_document(document_pb2.Document(id="PMC1.1", title="On 7", sections=[section]))
    with (
        opened(tmp_path / "verdicts.jsonl") as log,
        serving(0, lambda ours: far_away(Application(catalogue, log, "demo", "token", ours, "ann"))) as authority,
    ):
        page = browser.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: complaints.append(request.url) if authority not in request.url else None)
        yield page, f"http://{authority}/token/", log.path
        page.close()
    assert complaints == []


def test_a_reader_filters_reads_rejects_and_takes_back_without_a_mouse(page_at: tuple[Any, str, Path]) -> None:
    page, address, decisions = page_at
    page.goto(address + "?decision=undecided")
    page.keyboard.press("/")
    page.keyboard.type("half-maximal")
    page.keyboard.press("Enter")
    page.wait_for_url("**text=half-maximal*")
    assert page.inner_text("mark") == TEXT[START:END]
    assert page.locator("mark").evaluate(IN_SIGHT)
    assert HOSTILE in page.inner_text("article")
    assert page.title() == "biorl inspect: demo"
    page.keyboard.press("Escape")
    for key in ("r", "2", "Enter"):
        page.keyboard.press(key)
    page.wait_for_selector("text=No question fits this filter.")
    assert told(decisions)["verdict"] == "reject"
    assert told(decisions)["reason"] == "unsupported"
    page.get_by_role("status").get_by_role("link").click()
    page.wait_for_url(lambda url: "did=" not in url, wait_until="commit")
    page.wait_for_selector("text=Rejected: the evidence does not say so")
    page.keyboard.press("u")
    page.wait_for_selector("text=is undecided.")
    assert told(decisions)["verdict"] == "none"


def test_a_reader_goes_from_page_to_page_and_sees_what_is_held_out_only_when_asking(
    page_at: tuple[Any, str, Path],
) -> None:
    page, address, decisions = page_at
    ids = sorted(question.id for question in MANY)
    page.goto(address + "?split=train&task=perturbation.direction")
    for keys, shown in (("jj", ids[2]), ("k", ids[1]), ("n", ids[50]), ("a", ids[51]), ("p", ids[0])):
        for key in keys:
            here = page.url
            page.keyboard.press(key)
            page.wait_for_url(lambda url, here=here: url != here)
        assert page.locator("nav [aria-current]").get_attribute("href").endswith(shown)
    assert told(decisions)["question"] == ids[50]
    page.goto(address + "?split=test")
    assert page.locator(".gold").count() == 0
    page.keyboard.press("g")
    page.wait_for_selector(".gold")
    assert page.inner_text(".gold") == "yes"
    page.uncheck("#keys")
    page.keyboard.press("a")
    page.check("#keys")
    page.locator("h1").click()
    page.keyboard.press("a")
    page.wait_for_selector("text=is accepted.")
    assert told(decisions)["saw_held_out_answer"] is True
    assert len(decisions.read_text().splitlines()) == 2  # the key that was switched off did nothing


def test_everything_can_be_done_without_scripts(browser: Any, page_at: tuple[Any, str, Path]) -> None:
    _, address, decisions = page_at
    page = browser.new_context(java_script_enabled=False).new_page()
    page.set_default_timeout(10_000)
    page.goto(address)
    page.locator("select[name=type]").select_option("number")
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("link", name="Reject …").click()
    page.get_by_label("Something else").check()
    page.get_by_label("Note").fill("odd <unit>")
    page.get_by_role("button", name="Reject").click()
    assert "odd <unit>" in page.inner_text("main")
    assert told(decisions)["note"] == "odd <unit>"
    page.context.close()


def far_away(answer: Answer) -> Answer:
    """Style and script come late, so a test that presses a key once the page shows finds whether keys count by then."""

    def late(request: Request) -> Response:
        if request.target.endswith((".css", ".js")):
            time.sleep(0.2)
        return answer(request)

    return late


def told(decisions: Path) -> dict[str, Any]:
    """The last line."""
    return json.loads(decisions.read_text().splitlines()[-1])
