"""What a service's `__main__` calls: arguments, configuration, logs, probes and signals, then the service's own body.

`run` reads the configuration before it imports or starts anything heavy, so a wrong key fails in a moment, and
`--check-config` prints what was resolved. SIGTERM and SIGINT ask the body to stop; it returns when its work is safe;
before it begins, SIGINT ends the process. A crash is one log line with its traceback, and status 1.
"""

import argparse
import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from biorl.chassis.config import ConfigError, ServiceConfig, env_prefix, load_config
from biorl.chassis.interrupt import interrupt_ends_the_process
from biorl.chassis.life import Life
from biorl.chassis.signals import signals_stop

logger = logging.getLogger(__name__)

C = TypeVar("C", bound=ServiceConfig)
MISUSE = ConfigError.exit_status


@interrupt_ends_the_process()
def run(name: str, cls: type[C], body: Callable[[C, Life], None], argv: Sequence[str] | None = None) -> int:
    """The exit status: 0 when the body returned, 2 for a configuration that does not fit, 1 for a port that is taken; a
    bug leaves as it is.

    The body too may find that it does not fit, and raise ConfigError.
    """
    options = _arguments(name, argv)
    try:
        config = load_config(cls, options.config, name)
        if options.check_config:
            sys.stdout.write(config.model_dump_json(indent=2) + "\n")
        else:
            _live(name, config, body)
    except ConfigError as error:
        sys.stderr.write(f"biorl-{name}: {error}\n")
        return error.exit_status
    return 0


def run_async(
    name: str, cls: type[C], body: Callable[[C, Life], Awaitable[None]], argv: Sequence[str] | None = None
) -> int:
    """`run` for a body that is a coroutine function."""

    async def main(config: C, life: Life) -> None:
        await body(config, life)

    def on_a_loop(config: C, life: Life) -> None:
        with asyncio.Runner(loop_factory=_fast_loop()) as runner:
            runner.run(main(config, life))

    return run(name, cls, on_a_loop, argv)


def _live(name: str, config: C, body: Callable[[C, Life], None]) -> None:
    # Not above: these bring OpenTelemetry and Prometheus, which a check of the configuration does not need.
    from biorl.chassis import logs, tracing  # noqa: PLC0415
    from biorl.chassis.http import serve_http  # noqa: PLC0415

    logs.set_up(name, config.log)
    tracing.set_up(name)
    life = Life()
    with signals_stop(life):
        server = serve_http(config.http, life)
        logger.info("%s starts; probes and metrics on port %d", name, server.server_port)
        try:
            body(config, life)
        finally:
            life.stop()
            server.shutdown()
            server.server_close()
    logger.info("%s ends", name)


def _fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's, where there is one: about a fifth more calls a second."""
    try:
        import uvloop  # noqa: PLC0415 - only a process with a loop needs it
    except ImportError:
        return None
    return uvloop.new_event_loop


def _arguments(name: str, argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=f"biorl-{name}", description=f"The {name} of biorl. {env_prefix(name)}KEY__SUB=value overrides the file."
    )
    parser.add_argument("--config", type=Path, help="YAML file; without it, defaults and the environment")
    parser.add_argument("--check-config", action="store_true", help="print the resolved configuration and exit")
    parser.add_argument("--version", action="version", version=version(f"biorl-{name}"))
    return parser.parse_args(argv)
