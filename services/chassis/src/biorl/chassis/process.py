"""How every service process begins and ends: arguments, configuration, logs, the HTTP port, signals, exit status.

    def main() -> int:
        return run("ingester", Config, body)

`body(config, life)` is the service; it returns when `life` stops, or when its work is done. Exit status: 0 for a clean
end, 1 for a crash (logged, with its trace), 2 for wrong arguments or configuration. Only what configuration needs is
imported before it is checked, so `--check-config` answers at once and without torch, gRPC or Kafka.
"""

import argparse
import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

from biorl.chassis.config import ConfigError, ServiceConfig, load_config
from biorl.chassis.life import Life

__all__ = ["Life", "run", "run_async"]

logger = logging.getLogger(__name__)

C = TypeVar("C", bound=ServiceConfig)
Body = Callable[[C, Life], None]
AsyncBody = Callable[[C, Life], Coroutine[Any, Any, None]]


def run(name: str, config_class: type[C], body: Body[C], argv: Sequence[str] | None = None) -> int:
    """Runs the service `name` ("soft-verifier") until it ends; returns the exit status."""
    arguments = _parser(name).parse_args(argv)
    try:
        config = load_config(config_class, arguments.config, name)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if arguments.check_config:
        sys.stdout.write(config.model_dump_json(indent=2) + "\n")
        return 0
    return _live(name, config, body)


def run_async(name: str, config_class: type[C], body: AsyncBody[C], argv: Sequence[str] | None = None) -> int:
    """The same for a body that is a coroutine function; it runs on uvloop where there is one."""

    def run_loop(config: C, life: Life) -> None:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(body(config, life))

    return run(name, config_class, run_loop, argv)


def _parser(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"biorl-{name}", allow_abbrev=False)
    parser.add_argument("--config", type=Path, metavar="FILE", help="YAML; environment variables win over it")
    parser.add_argument("--check-config", action="store_true", help="print the resolved configuration as JSON and exit")
    parser.add_argument("--version", action="version", version=f"biorl-{name} {_version(name)}")
    return parser


def _version(name: str) -> str:
    try:
        return version(f"biorl-{name}")
    except PackageNotFoundError:
        return "(not installed)"


def _live(name: str, config: C, body: Body[C]) -> int:
    # Here and not above: these bring OpenTelemetry and Prometheus with them.
    from biorl.chassis.http import HttpServer  # noqa: PLC0415
    from biorl.chassis.logs import configure_logs  # noqa: PLC0415
    from biorl.chassis.tracing import configure_tracing  # noqa: PLC0415

    configure_logs(config.log, name)
    configure_tracing(name)
    life = Life()
    try:
        http = HttpServer(config.http, life)
        with _signals_stop(life):
            body(config, life)
    except Exception:  # the last place that can log it; the exit status tells the supervisor
        logger.critical("crashed", exc_info=True)
        return 1
    finally:
        life.stop("the service has ended")
    http.close()
    return 0


@contextmanager
def _signals_stop(life: Life) -> Iterator[None]:
    """SIGTERM and SIGINT stop the process; a second SIGINT ends it on the spot.

    A handler may interrupt the main thread while it holds the very lock that stopping needs, so it only writes to a
    pipe; a thread reads there.
    """
    told, tell = os.pipe()
    os.set_blocking(tell, False)

    def handle(number: int, _frame: FrameType | None) -> None:
        os.write(tell, bytes([number]))
        if number == signal.SIGINT:
            signal.signal(signal.SIGINT, signal.SIG_DFL)

    def listen() -> None:
        while number := os.read(told, 1):
            life.stop(signal.Signals(number[0]).name)
        os.close(told)

    before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    threading.Thread(target=listen, name="signals", daemon=True).start()
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(tell)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415 - a loop is needed only now
    except ImportError:
        return None
    return uvloop.new_event_loop
