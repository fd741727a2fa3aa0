"""From what shall be served to what is: artifacts read, verifiers built, warmed up, with their canaries."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version as distribution_version
from typing import Any

from biorl.soft_verifier.domain.belief import Artifact, Source
from biorl.soft_verifier.ports import (
    ArtifactStore,
    ArtifactUnusableError,
    LearnsCells,
    LearnsFunctions,
    LearnsLabels,
    Trainable,
    UnknownVerifierError,
    Verifier,
    VerifierClass,
    WarmsUp,
)
from biorl.soft_verifier.verifiers.served_model import Behind, ServedModel


@dataclass(frozen=True, slots=True)
class Batching:
    """Claims of calls that wait at the same time are asked together."""

    max_claims: int = 1024
    """In one question to the model; a single call may bring more."""
    wait_s: float = 0.0
    """How long the first of a batch waits for company. 0 takes whoever has come while the batch before was judged."""


@dataclass(frozen=True, slots=True)
class Canary:
    """Another version that is asked too, and compared; nobody is answered by it."""

    version: str
    share: float
    """Of the claims and questions, chosen by their content, in (0, 1]."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A verifier that shall be served."""

    name: str
    version: str | None = None
    """None for the newest artifact."""
    behind: Behind | None = None
    """A model that others serve; its verifier goes by any name, and its artifact is a calibration."""
    batching: Batching | None = None
    canary: Canary | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """A verifier as it was loaded."""

    source: Source
    verifier: Verifier
    card: Mapping[str, Any] = field(default_factory=dict)
    batching: Batching | None = None
    canary: Canary | None = None
    candidate: "Served | None" = None
    """The canary's version."""


def load(choices: Sequence[Choice], registry: Mapping[str, VerifierClass], store: ArtifactStore) -> list[Served]:
    """Builds what shall be served, and warms it up.

    Raises UnknownVerifierError; and ArtifactMissingError and ArtifactUnusableError, which say what to run.
    """
    return [load_one(choice, registry, store) for choice in choices]


def load_one(choice: Choice, registry: Mapping[str, VerifierClass], store: ArtifactStore) -> Served:
    """As `load`, of one; its candidate too."""
    artifact, verifier = built(choice, choice.version, registry, store)
    candidate = None
    if choice.canary:
        other, rival = built(choice, choice.canary.version, registry, store)
        candidate = Served(other.source, rival, other.card)
    return Served(artifact.source, verifier, artifact.card, choice.batching, choice.canary, candidate)


def has_artifact(choice: Choice, registry: Mapping[str, VerifierClass]) -> bool:
    """Whether it is read from an artifact, of which a newer one may come."""
    kinds = Trainable | LearnsLabels | LearnsCells | LearnsFunctions
    return choice.behind is not None or isinstance(registry[choice.name], kinds)


def built(
    choice: Choice, version: str | None, registry: Mapping[str, VerifierClass], store: ArtifactStore
) -> tuple[Artifact, Verifier]:
    """A verifier of that version, warmed up, and what it was made from. Raises as `load`."""
    if choice.behind is None and choice.name not in registry:
        msg = f"there is no verifier {choice.name!r}; there are: {', '.join(sorted(registry))}"
        raise UnknownVerifierError(msg)
    found = has_artifact(choice, registry)
    artifact = store.load(choice.name, version) if found else Artifact(_code_source(choice.name))
    if not artifact.card.get("models", True):
        msg = f"artifact {artifact.source.version} of {choice.name} has no model in it: it would abstain on everything"
        raise ArtifactUnusableError(msg)
    try:
        verifier = ServedModel(artifact, choice.behind) if choice.behind else registry[choice.name](artifact)
    except KeyError as error:
        raise ArtifactUnusableError(_outdated(artifact, error)) from error
    if isinstance(verifier, WarmsUp):
        verifier.warm_up()
    return artifact, verifier


def _outdated(artifact: Artifact, missing: KeyError) -> str:
    source, code = artifact.source, artifact.card.get("code", "other code")
    how = "calibrate" if "served" in artifact.card else "train"
    return (
        f"artifact {source.version} of {source.verifier}, made by {code}, has no {missing}: this code is another; "
        f"make a new one with: biorl verifier {how} {source.verifier}"
    )


def _code_source(name: str) -> Source:
    """Of a verifier without an artifact: its version is that of the code."""
    version = distribution_version("biorl-soft-verifier")
    return Source(name, version, hashlib.sha256(f"biorl-soft-verifier {version} {name}".encode()).hexdigest())
