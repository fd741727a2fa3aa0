"""`biorl verifier calibrate`: models that others serve, found by the soft-verifier's own settings."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from biorl.soft_verifier.domain.belief import Source
from biorl.standalone.commands.annotation import annotation_in
from biorl.standalone.commands.measured_effects import effects_in, nothing_to_learn
from biorl.standalone.errors import BadRequestError

if TYPE_CHECKING:
    from biorl.soft_verifier.config import Config
    from biorl.soft_verifier.verifiers.served_model import Behind


def calibrate_served(name: str, config: Path, effects: Path, annotation: Path | None) -> tuple[Source, Path]:
    """The artifact and its folder. Raises BadRequestError, which says what is wrong."""
    from biorl.soft_verifier.adapters.artifacts import FolderArtifacts  # noqa: PLC0415 - heavy
    from biorl.soft_verifier.ports import (  # noqa: PLC0415
        ModelRefusedError,
        ModelTimeoutError,
        ModelUnavailableError,
    )
    from biorl.soft_verifier.training import NothingToLearnError, calibrate  # noqa: PLC0415

    settings, behind = _found(name, config)
    store = FolderArtifacts(settings.artifacts)
    try:
        source = calibrate(name, effects_in(effects), annotation_in(annotation or effects.parent), store, behind)
    except (ModelRefusedError, ModelTimeoutError, ModelUnavailableError) as error:
        raise BadRequestError(str(error)) from error
    except NothingToLearnError as error:
        raise nothing_to_learn(error, effects) from error
    return source, settings.artifacts / name


def evaluate_served(name: str, config: Path, effects: Path) -> list[dict[str, Any]]:
    """Quality on held-out effects."""
    from biorl.soft_verifier.adapters.artifacts import FolderArtifacts  # noqa: PLC0415
    from biorl.soft_verifier.evaluation import evaluate  # noqa: PLC0415
    from biorl.soft_verifier.verifiers.served_model import ServedModel  # noqa: PLC0415

    settings, behind = _found(name, config)
    artifact = FolderArtifacts(settings.artifacts).load(name)
    return evaluate(ServedModel(artifact, behind), effects_in(effects), artifact)


def _found(name: str, path: Path) -> "tuple[Config, Behind]":
    from biorl.chassis.config import ConfigError, load_config  # noqa: PLC0415
    from biorl.soft_verifier.__main__ import behind  # noqa: PLC0415
    from biorl.soft_verifier.config import Config  # noqa: PLC0415
    from biorl.soft_verifier.ports import ModelRefusedError  # noqa: PLC0415

    try:
        settings = load_config(Config, path, "soft-verifier")
    except ConfigError as error:
        raise BadRequestError(str(error)) from error
    known = {item.name: item.behind for item in settings.verifiers if item.behind is not None}
    if name not in known:
        msg = f"{path} has no served model {name!r}: a verifier of that name with `behind`; there is {sorted(known)}"
        raise BadRequestError(msg)
    try:
        return settings, behind(known[name])
    except (ConfigError, ModelRefusedError) as error:
        raise BadRequestError(str(error)) from error
