"""The base of every service's configuration: one frozen class, read from a YAML file and the environment.

The environment wins over the file: `BIORL_INGESTER__HTTP__PORT=9000` sets `http.port` of the ingester. An unknown key
is an error. Secrets never appear: they are files, and configuration holds their paths. Imports nothing heavy, so that
`--check-config` answers at once.
"""

import os
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar, cast

import yaml
from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource

MAX_CONFIG_BYTES = 1_000_000


class ConfigError(ValueError):
    """The configuration cannot be used; the message says which key, and why."""

    exit_status: ClassVar[int] = 2


class CannotListenError(ConfigError):
    """The address is taken, or another machine's: the one setting that may do a moment later, so another status."""

    exit_status: ClassVar[int] = 1


def cannot_listen(key: str, address: str, why: str) -> CannotListenError:
    """For a port that is taken, or a host that is not this machine's; `key` is the port's."""
    host_key = f"{key.partition('.')[0]}.host"
    return CannotListenError(
        f"{key}: cannot listen on {address}: {why}. Set {key} to a free port (0 takes any), or {host_key} to an "
        "address of this machine"
    )


class Frozen(BaseModel):
    """A nested part of a configuration: immutable, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class HttpConfig(Frozen):
    """Where metrics and probes are served."""

    host: str = "127.0.0.1"
    """Address to listen on; a pod sets its own IP or 0.0.0.0."""
    port: NonNegativeInt = Field(default=0, le=65535)
    """0 takes any free port."""


class LogConfig(Frozen):
    """How log lines look."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["json", "text"] = "json"


class ServiceConfig(Frozen):
    """What every service has; a service adds its own keys in a subclass."""

    http: HttpConfig = HttpConfig()
    log: LogConfig = LogConfig()


C = TypeVar("C", bound=ServiceConfig)


def env_prefix(name: str) -> str:
    """`question-generator` listens to `BIORL_QUESTION_GENERATOR__...`."""
    return f"BIORL_{name.upper().replace('-', '_')}__"


def load_config(cls: type[C], path: Path | None, name: str) -> C:
    """The configuration of the service `name` from a YAML file (None: defaults) and the environment.

    Raises ConfigError with one line for each thing that does not fit.
    """
    # The source needs only `model_fields`; BaseSettings itself would also read variables without a prefix.
    fields = cast("type[BaseSettings]", cls)
    _refuse_unknown_variables(cls, env_prefix(name))
    over = EnvSettingsSource(fields, env_prefix=env_prefix(name), env_nested_delimiter="__", env_ignore_empty=True)
    try:
        return cls.model_validate(_merge(_read_yaml(path) if path else {}, over()))
    except ValidationError as error:
        faults = [f"  {'.'.join(map(str, fault['loc'])) or '(root)'}: {fault['msg']}" for fault in error.errors()]
        raise ConfigError("\n".join([f"{path or 'environment'}: the configuration does not fit", *faults])) from error


def _refuse_unknown_variables(cls: type[ServiceConfig], prefix: str) -> None:
    """The source looks only for names that it knows, so a misspelt variable would be ignored."""
    ours = [name for name in os.environ if name.upper().startswith(prefix)]
    unknown = [
        name for name in ours if name.upper().removeprefix(prefix).split("__")[0].lower() not in cls.model_fields
    ]
    if unknown:
        raise ConfigError(f"environment: no such key: {', '.join(sorted(unknown))}")


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_CONFIG_BYTES:
            raise ConfigError(f"{path}: larger than {MAX_CONFIG_BYTES} bytes; is this a configuration?")
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise ConfigError(f"{path}: must hold keys and values")
    return content


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged
