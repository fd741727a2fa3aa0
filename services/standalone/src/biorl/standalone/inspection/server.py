"""The page and its small API, on this machine alone.

    GET  /                      the page
    GET  /api/filters           what filters can be set to
    GET  /api/questions?...     a page of rows: task, type, split, writer, verdict, text, start
    GET  /api/questions/<id>    one question with its evidence
    POST /api/verdicts          {"question", "verdict", "reason"}

It answers requests for its own address only, so that no web page elsewhere can reach it through a name of its own, and
takes verdicts only with a header that other pages cannot send. What papers say is shown as text, never as markup.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from biorl.standalone.inspection.shelf import PAGE, Shelf
from biorl.standalone.inspection.verdicts import Verdict, Verdicts

MAX_BODY = 10_000
HEADER = "X-Biorl-Inspect"


class Inspection(ThreadingHTTPServer):
    """Bound to 127.0.0.1; `address` is where to look."""

    daemon_threads = True

    def __init__(self, shelf: Shelf, verdicts: Verdicts, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), partial(_Handler, shelf, verdicts))

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, shelf: Shelf, verdicts: Verdicts, *request: Any) -> None:
        self._shelf = shelf
        self._verdicts = verdicts
        super().__init__(*request)

    def do_GET(self) -> None:
        where = urlsplit(self.path)
        if not self._is_ours():
            return self._refuse(HTTPStatus.FORBIDDEN)
        if where.path == "/":
            return self._page()
        if where.path == "/api/filters":
            return self._say(self._shelf.values())
        if where.path == "/api/questions":
            return self._say(self._rows(dict(parse_qsl(where.query))))
        shown = self._shelf.shown(where.path.removeprefix("/api/questions/"))
        return self._say(shown | self._verdict_on(shown["id"])) if shown else self._refuse(HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        length = self.headers.get("content-length", "")
        if not self._is_ours() or self.headers.get(HEADER) != "1":
            return self._refuse(HTTPStatus.FORBIDDEN)
        if self.path != "/api/verdicts" or not length.isdigit() or int(length) > MAX_BODY:
            return self._refuse(HTTPStatus.BAD_REQUEST)
        try:
            told = json.loads(self.rfile.read(int(length)))
            question_id, verdict = str(told["question"]), Verdict(str(told["verdict"]), str(told.get("reason", "")))
            if question_id not in self._shelf.questions:
                return self._refuse(HTTPStatus.NOT_FOUND)
            self._verdicts.give(question_id, verdict)
        except (ValueError, KeyError, TypeError):
            return self._refuse(HTTPStatus.BAD_REQUEST)
        return self._say(self._verdict_on(question_id))

    def _rows(self, wanted: Mapping[str, str]) -> Mapping[str, Any]:
        words = self._verdicts.words()
        found = self._shelf.found(wanted, words)
        start = int(wanted["start"]) if wanted.get("start", "").isdigit() else 0
        rows = [{**asdict(row), "text": row.text[-300:], "verdict": words.get(row.id, "")} for row in found]
        return {"count": len(found), "start": start, "rows": rows[start : start + PAGE]}

    def _verdict_on(self, question_id: str) -> dict[str, Any]:
        given = self._verdicts.given.get(question_id)
        return {"verdict": given.verdict if given else "", "reason": given.reason if given else ""}

    def _is_ours(self) -> bool:
        """Against pages that point a name of their own to this machine."""
        return self.headers.get("host", "").rpartition(":")[0] in {"127.0.0.1", "localhost"}

    def _page(self) -> None:
        nonce = secrets.token_urlsafe(16)
        page = resources.files(__package__).joinpath("page.html").read_text(encoding="utf-8")
        policy = f"default-src 'none'; connect-src 'self'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'"
        self._send(page.replace("$NONCE", nonce).encode(), "text/html; charset=utf-8", policy)

    def _say(self, told: Any) -> None:
        self._send(json.dumps(told, ensure_ascii=False).encode(), "application/json", "default-src 'none'")

    def _send(self, content: bytes, kind: str, policy: str) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(content)))
        self.send_header("content-security-policy", policy)
        self.send_header("x-content-type-options", "nosniff")
        self.send_header("cache-control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def _refuse(self, status: HTTPStatus) -> None:
        self.send_error(status)

    def log_message(self, *arguments: Any) -> None:
        """Nothing: the terminal is the reader's."""
