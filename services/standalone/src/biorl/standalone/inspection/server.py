"""The application on a port of the loopback address, one request at a time; limits on what is read and how long."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from biorl.standalone.inspection.application import POLICY, Request, Response

HOST = "127.0.0.1"
MAX_BODY = 64 * 1024
"""Bytes of a form."""
IDLE_S = 30.0
"""A connection that says nothing for so long is closed."""

Answer = Callable[[Request], Response]


@contextmanager
def serving(port: int, application: Callable[[str], Answer]) -> Iterator[str]:
    """Serves while the block runs; gives the authority ("127.0.0.1:41234"), which `application` is made for.

    Port 0 takes a free one. Raises OSError when the port is taken.
    """
    with _Server((HOST, port), _Handler) as server:
        authority = f"{HOST}:{server.server_port}"
        server.answer = application(authority)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        try:
            yield authority
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    """A thread a connection, as browsers open some that they leave silent; the application itself has one at a time."""

    daemon_threads = True
    answer: Answer

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self._lock = threading.Lock()

    def answered(self, request: Request) -> Response:
        with self._lock:
            return self.answer(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A reader who goes on before an answer has come is no fault."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "biorl"
    sys_version = ""
    timeout = IDLE_S

    def do_GET(self) -> None:
        self._send(cast("_Server", self.server).answered(Request("GET", self.path, self._headers())))

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit() and len(length) < 10):
            self._refuse(HTTPStatus.LENGTH_REQUIRED, "a form says how long it is")
        elif int(length) > MAX_BODY:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a form has at most {MAX_BODY} bytes")
        else:
            body = self.rfile.read(int(length))
            self._send(cast("_Server", self.server).answered(Request("POST", self.path, self._headers(), body)))

    def _headers(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.headers.items()}

    def _refuse(self, status: HTTPStatus, message: str) -> None:
        self.close_connection = True  # what follows on it was not read
        self._send(Response(status, f"{message}\n".encode()))

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        self.send_header("Content-Type", f"{response.content_type}; charset=utf-8")
        self.send_header("Content-Length", str(len(response.body)))
        for name, value in (*POLICY.items(), *response.headers.items()):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(response.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Says nothing: addresses hold the token, and the terminal is the reader's."""
