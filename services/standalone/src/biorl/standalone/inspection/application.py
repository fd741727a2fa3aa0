"""Requests in, pages and decisions out; no socket. Whoever does not know the token, or asks by another name than the
loopback address (as a page of a stranger would that has its own name resolve here), gets nothing.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from importlib.resources import files
from urllib.parse import parse_qsl, urlencode

from biorl.questions.question import Question
from biorl.standalone.inspection.catalogue import Catalogue, Facets
from biorl.standalone.inspection.decisions import Decision, DecisionLog, NoDecisionError, Verdict, as_lines, as_table
from biorl.standalone.inspection.filters import Filter
from biorl.standalone.inspection.page import Page, Place, to_html
from biorl.standalone.inspection.view import view_of

PAGE_SIZE = 50
MAX_FIELDS = 40
"""Of an address or a form."""
ASSETS = {"style.css": "text/css", "keys.js": "text/javascript", "icon.svg": "image/svg+xml"}
POLICY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""With every answer: nothing is loaded from elsewhere, nobody may frame the page, no address with its token leaks. With
`no-referrer` a browser would say of our own form that it comes from nowhere (Origin: null).
"""


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    target: str
    """Path and query."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    status: HTTPStatus
    body: bytes = b""
    content_type: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):  # noqa: N818 - an answer, not a fault of the program
    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(slots=True)
class Application:
    """One reader at one catalogue. Called by one thread at a time."""

    catalogue: Catalogue
    log: DecisionLog
    title: str
    token: str
    authority: str
    """"127.0.0.1:41234": what a request must call us."""
    reviewer: str = ""
    _facets: Facets = field(init=False)

    def __post_init__(self) -> None:
        self._facets = self.catalogue.facets()
        for decision in self.log.standing():
            self.catalogue.decide(decision.question, decision.verdict)

    def __call__(self, request: Request) -> Response:
        try:
            return self._answer(request, self._inside(request))
        except Refused as refused:
            return Response(refused.status, f"{refused}\n".encode())

    def _inside(self, request: Request) -> str:
        """What of the path comes after the token."""
        port = self.authority.rpartition(":")[2]
        ours = {self.authority, f"localhost:{port}"}
        if request.headers.get("host", "") not in ours:
            raise Refused(HTTPStatus.MISDIRECTED_REQUEST, f"this is {self.authority}, and no other name will do")
        token, _, rest = request.target.partition("?")[0].removeprefix("/").partition("/")
        if not hmac.compare_digest(token.encode(), self.token.encode()):
            raise Refused(HTTPStatus.NOT_FOUND, "open the address that biorl inspect printed")
        origin = request.headers.get("origin")
        if origin not in {None, *(f"http://{name}" for name in ours)}:
            raise Refused(HTTPStatus.FORBIDDEN, "another page may not decide here")
        return rest

    def _answer(self, request: Request, path: str) -> Response:
        routes: dict[tuple[str, str], Callable[[Mapping[str, str]], Response]] = {
            ("GET", ""): self._page,
            ("POST", "decide"): self._decide,
            ("GET", "decisions.jsonl"): lambda _: self._download(as_lines(self.log.standing()), "application/jsonl"),
            ("GET", "decisions.tsv"): lambda _: self._download(
                as_table(self.log.standing()), "text/tab-separated-values"
            ),
        }
        if (request.method, path) == ("GET", path) and path in ASSETS:
            content = files("biorl.standalone.inspection").joinpath(path).read_bytes()
            return Response(HTTPStatus.OK, content, ASSETS[path])
        route = routes.get((request.method, path))
        if route is None:
            known = {there for _, there in routes}
            status = HTTPStatus.METHOD_NOT_ALLOWED if path in known else HTTPStatus.NOT_FOUND
            raise Refused(status, f"there is no {request.method} {path or '/'} here")
        return route(_fields(request))

    def _page(self, given: Mapping[str, str]) -> Response:
        wanted = Filter.of(given)
        total = self.catalogue.count(wanted)
        chosen, offset = self._chosen(given, wanted, total)
        lines = self.catalogue.page(wanted, offset, PAGE_SIZE)
        question_id = chosen or (lines[0].id if lines else "")
        question = self.catalogue.question(question_id) if question_id else None
        if question_id and question is None:
            raise Refused(HTTPStatus.NOT_FOUND, "there is no such question here")
        unsealed = given.get("gold") == "1"
        before, after = self.catalogue.beside(wanted, question_id)
        page = Page(
            title=self.title,
            facets=self._facets,
            wanted=wanted,
            place=Place(offset, PAGE_SIZE, total, self.catalogue.count(wanted, question_id), before, after),
            lines=lines,
            decided=self.log.counts(),
            view=view_of(question, self.catalogue, unsealed=unsealed) if question else None,
            decision=self.log.of(question_id),
            just_decided=self._just_decided(given.get("did", "")),
        )
        return Response(HTTPStatus.OK, to_html(page).encode(), "text/html")

    def _chosen(self, given: Mapping[str, str], wanted: Filter, total: int) -> tuple[str, int]:
        """The question that was asked for, if one was, and where the page of the list begins."""
        chosen, number = given.get("q", ""), given.get("page", "")
        if chosen:
            place = min(self.catalogue.count(wanted, chosen), max(total - 1, 0))
        else:
            asked = int(number) - 1 if number.isascii() and number.isdigit() and len(number) < 10 else 0
            place = PAGE_SIZE * asked
        last = max(total - 1, 0) // PAGE_SIZE
        return chosen, PAGE_SIZE * max(0, min(place // PAGE_SIZE, last))

    def _just_decided(self, question_id: str) -> tuple[str, Verdict] | None:
        if not question_id or self.catalogue.question(question_id) is None:
            return None
        found = self.log.of(question_id)
        return question_id, found.verdict if found else Verdict.UNDECIDED

    def _decide(self, given: Mapping[str, str]) -> Response:
        question = self.catalogue.question(given.get("q", ""))
        if question is None:
            raise Refused(HTTPStatus.NOT_FOUND, "there is no such question here")
        try:
            decision = self.log.append(self._decision(question, given))
        except NoDecisionError as error:
            raise Refused(HTTPStatus.BAD_REQUEST, f"{error} Go back, nothing was decided.") from error
        except OSError as error:
            message = f"Nothing was decided: {self.log.path} cannot be written ({error.strerror})."
            raise Refused(HTTPStatus.INSUFFICIENT_STORAGE, message) from error
        taken_back = decision.verdict is Verdict.UNDECIDED
        wanted = Filter.of(given)
        before, after = self.catalogue.beside(wanted, question.id)
        self.catalogue.decide(question.id, None if taken_back else decision.verdict)
        then = {"q": question.id if taken_back else after or before or question.id, "did": question.id}
        return Response(HTTPStatus.SEE_OTHER, headers={"Location": f"./?{_joined(wanted.address, urlencode(then))}"})

    def _decision(self, question: Question, given: Mapping[str, str]) -> Decision:
        verdict = _verdict(given.get("verdict", ""))
        return Decision(
            question=question.id,
            verdict=verdict,
            reason=given.get("reason", "") if verdict is Verdict.REJECTED else "",
            note=given.get("note", "").replace("\r\n", "\n").strip(),
            reviewer=self.reviewer,
            saw_held_out_answer=question.is_held_out and given.get("gold") == "1",
        )

    @staticmethod
    def _download(text: str, content_type: str) -> Response:
        return Response(HTTPStatus.OK, text.encode(), content_type, {"Content-Disposition": "attachment"})


def _verdict(word: str) -> Verdict:
    try:
        return Verdict(word)
    except ValueError as error:
        msg = f"A decision is one of {', '.join(Verdict)}."
        raise NoDecisionError(msg) from error


def _joined(*queries: str) -> str:
    return "&".join(filter(None, queries))


def _fields(request: Request) -> dict[str, str]:
    """Of the form, else of the address; of a name that comes twice the last. Raises Refused for too many."""
    text = request.body.decode(errors="replace") if request.method == "POST" else request.target.partition("?")[2]
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError as error:
        raise Refused(HTTPStatus.BAD_REQUEST, f"at most {MAX_FIELDS} fields are read") from error
