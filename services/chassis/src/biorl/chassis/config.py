"""Configuration of a service: one frozen class, read from a YAML file and from the environment.

A service subclasses ServiceConfig in its own `config.py`. The environment wins over the file, the file over defaults:
`BIORL_SOFT_VERIFIER__GRPC__PORT=50051` sets `grpc.port` of the service `soft-verifier`. An unknown key is an error,
wherever it stands. Secrets are never values here, only paths of files that hold them. Imports nothing heavy, so that
`--check-config` works where torch does not.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict


class Section(BaseModel):
    """Base of every nested part of a configuration: frozen, and strict about unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class HttpConfig(Section):
    """The port of `/metrics`, `/healthz` and `/readyz`. Plain HTTP, for the cluster's own eyes."""

    host: str = "0.0.0.0"  # noqa: S104 - a pod is scraped from outside of itself
    port: int = Field(default=9100, ge=0, le=65535)
    """0 takes any free port and logs which."""


class LogConfig(Section):
    """Logs go to standard error, one event a line."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    format: Literal["auto", "json", "text"] = "auto"
    """`auto` is text on a terminal and JSON elsewhere."""


class ServiceConfig(BaseSettings):
    """What every service can be told. Built directly it reads no environment; see `load_config`."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        env_nested_delimiter="__",
        case_sensitive=False,
        protected_namespaces=(),
    )

    http: HttpConfig = HttpConfig()
    log: LogConfig = LogConfig()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the framework's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment above what was read from the file; without a prefix (`PATH` is not ours) no environment."""
        if getattr(env_settings, "env_prefix", ""):
            return env_settings, init_settings
        return (init_settings,)


class ConfigError(ValueError):
    """The configuration cannot be used; the message has a line for each problem, and no values."""


C = TypeVar("C", bound=ServiceConfig)


def load_config(cls: type[C], path: Path | None = None, service: str = "") -> C:
    """The configuration of `service` ("soft-verifier"), from a file and its environment variables.

    Without `path` only defaults and environment count, without `service` only defaults and file. Raises ConfigError.
    """
    content = _read(path) if path else {}
    prefix = env_prefix(service) if service else ""
    try:
        _refuse_unknown_variables(cls, prefix, os.environ)
        return cls(**{"_env_prefix": prefix, **content})
    except ValidationError as error:
        problems = "\n".join(f"  {'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        msg = f"invalid configuration{f' in {path}' if path else ''}:\n{problems}"
        raise ConfigError(msg) from None


def env_prefix(service: str) -> str:
    """ "soft-verifier" gives `BIORL_SOFT_VERIFIER__`."""
    return f"BIORL_{service.upper().replace('-', '_')}__"


def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        msg = f"cannot read the configuration {path}: {error}"
        raise ConfigError(msg) from error
    if content is None:
        return {}
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        msg = f"the configuration {path} must be a mapping of names to values"
        raise ConfigError(msg)
    return content


def _refuse_unknown_variables(cls: type[ServiceConfig], prefix: str, environ: Mapping[str, str]) -> None:
    """The framework looks only for names that it knows; deeper unknown names fail in validation."""
    if not prefix:
        return
    ours = [name for name in environ if name.upper().startswith(prefix)]
    unknown = [
        name for name in ours if name.upper().removeprefix(prefix).split("__")[0].lower() not in cls.model_fields
    ]
    if unknown:
        msg = f"unknown environment variables: {', '.join(sorted(unknown))}"
        raise ConfigError(msg)
