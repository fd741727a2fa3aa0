"""One small HTTP port: /metrics for Prometheus, /healthz and /readyz for probes.

Served from a daemon thread, so that a busy main thread is still alive to its probes. Liveness says that the process
runs; readiness says whether it can do its work, and why not.
"""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import REGISTRY, Gauge
from prometheus_client.exposition import choose_encoder

from biorl.chassis.config import HttpConfig, cannot_listen
from biorl.chassis.life import Life

READY = Gauge("biorl_ready", "1 while the process can do its work, else 0; /readyz says why not.")


def serve_http(config: HttpConfig, life: Life) -> ThreadingHTTPServer:
    """Listens at once; raises ConfigError when the port is taken. `server.server_port` tells the port."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 10  # seconds that a silent caller may hold a thread

        def do_GET(self) -> None:
            status, kind, body = answer(self.path, life, self.headers.get("Accept", ""))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the signature is the library's
            """Probes come every few seconds: not worth a line."""

    try:
        server = ThreadingHTTPServer((config.host, config.port), Handler)
    except OSError as error:
        raise cannot_listen("http.port", f"{config.host}:{config.port}", str(error.strerror)) from error
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="http", daemon=True).start()
    return server


def answer(path: str, life: Life, accept: str = "") -> tuple[int, str, bytes]:
    """Status, content type and body."""
    text = "text/plain; charset=utf-8"
    match path.partition("?")[0]:
        case "/metrics":
            READY.set(not life.reason)  # only now, so that of several lives each port tells its own
            encode, kind = choose_encoder(accept)
            return 200, kind, encode(REGISTRY)
        case "/healthz":
            return 200, text, b"alive\n"
        case "/readyz":
            return (503, text, f"{life.reason}\n".encode()) if life.reason else (200, text, b"ready\n")
        case _:
            return 404, text, b"there are /metrics, /healthz and /readyz\n"
