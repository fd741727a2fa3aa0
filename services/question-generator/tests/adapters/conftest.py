"""An HTTP server in the test process for endpoints of the OpenAI protocol."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

import pytest


class Answering(Protocol):
    def answer(self, body: dict[str, Any], path: str, key: str) -> tuple[int, object]:
        """Status and JSON."""


Serving = Callable[[Answering], AbstractContextManager[str]]


@pytest.fixture
def serving() -> Serving:
    """Where it serves; clients are told to come back after 10 ms."""
    return _serving


@contextmanager
def _serving(endpoint: Answering) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            status, said = endpoint.answer(body, self.path, self.headers["authorization"])
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("retry-after-ms", "10")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
