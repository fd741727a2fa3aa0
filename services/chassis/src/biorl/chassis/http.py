"""One small HTTP port a service: `/metrics` for Prometheus, `/healthz` and `/readyz` for probes and people.

`/healthz` says that the process answers at all, `/readyz` that it can do its work now (503 with the reason otherwise).
It runs in a thread of its own, so a busy or blocked service still tells how it is.
"""

import logging
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import REGISTRY
from prometheus_client.exposition import choose_encoder

from biorl.chassis.config import HttpConfig
from biorl.chassis.life import Life

logger = logging.getLogger(__name__)

Answer = tuple[int, str, bytes]
"""Status, content type, body."""


class HttpServer:
    """Serves from construction until `close`. Raises OSError when the port is taken."""

    def __init__(self, config: HttpConfig, life: Life) -> None:
        self._server = ThreadingHTTPServer((config.host, config.port), _handler(life))
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, name="http", daemon=True).start()
        logger.info("metrics and probes are served", extra={"http_port": self.port})

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(life: Life) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10  # seconds that a silent client may hold a thread
        server_version = "biorl"
        sys_version = ""

        def do_GET(self) -> None:
            status, content_type, body = _answer(self.path.partition("?")[0], self.headers.get("Accept", ""), life)
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the framework's name
            logger.debug(format, *args)

    return Handler


def _answer(path: str, accept: str, life: Life) -> Answer:
    match path:
        case "/metrics":
            encode, content_type = choose_encoder(accept)
            return 200, content_type, encode(REGISTRY)
        case "/healthz":
            return _plain(200, "ok")
        case "/readyz":
            reason = life.why_not_ready
            return _plain(503, reason) if reason else _plain(200, "ok")
        case _:
            return _plain(404, "there are /metrics, /healthz and /readyz")


def _plain(status: int, text: str) -> Answer:
    return status, "text/plain; charset=utf-8", f"{text}\n".encode()
