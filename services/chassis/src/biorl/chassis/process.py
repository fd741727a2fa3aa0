"""What a service's `__main__` calls: arguments, configuration, logs, probes and signals, then the service's own body.

`run` reads the configuration before it imports or starts anything heavy, so a wrong key fails in a moment, and
`--check-config` prints what was resolved. SIGTERM and SIGINT ask the body to stop; it returns when its work is safe.
"""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from biorl.chassis import logs
from biorl.chassis.config import ConfigError, ServiceConfig, env_prefix, load_config
from biorl.chassis.http import serve_http
from biorl.chassis.life import Life

logger = logging.getLogger(__name__)

C = TypeVar("C", bound=ServiceConfig)
MISUSE = 2


def run(name: str, cls: type[C], body: Callable[[C, Life], None], argv: Sequence[str] | None = None) -> int:
    """The exit status: 0 when the body returned, 2 for a configuration that does not fit; a bug leaves as it is."""
    options = _arguments(name, argv)
    try:
        config = load_config(cls, options.config, name)
    except ConfigError as error:
        sys.stderr.write(f"biorl-{name}: {error}\n")
        return MISUSE
    if options.check_config:
        sys.stdout.write(config.model_dump_json(indent=2) + "\n")
        return 0
    logs.set_up(name, config.log)
    life = Life()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: life.stop())
    server = serve_http(config.http, life)
    logger.info("%s starts; probes and metrics on port %d", name, server.server_port)
    body(config, life)
    logger.info("%s ends", name)
    return 0


def run_async(
    name: str, cls: type[C], body: Callable[[C, Life], Awaitable[None]], argv: Sequence[str] | None = None
) -> int:
    """`run` for a body that is a coroutine function."""

    async def main(config: C, life: Life) -> None:
        await body(config, life)

    return run(name, cls, lambda config, life: asyncio.run(main(config, life)), argv)


def _arguments(name: str, argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=f"biorl-{name}", description=f"The {name} of biorl. {env_prefix(name)}KEY__SUB=value overrides the file."
    )
    parser.add_argument("--config", type=Path, help="YAML file; without it, defaults and the environment")
    parser.add_argument("--check-config", action="store_true", help="print the resolved configuration and exit")
    parser.add_argument("--version", action="version", version=version(f"biorl-{name}"))
    return parser.parse_args(argv)
