"""Settings of the soft verifier: which verifiers it serves, from where, and with how many threads."""

from pathlib import Path

from pydantic import PositiveInt

from biorl.chassis.config import Frozen, ServiceConfig
from biorl.chassis.grpc.config import GrpcServerConfig


class VerifierConfig(Frozen):
    name: str
    """As the registry in `verifiers/__init__.py` calls it."""
    version: str | None = None
    """A pinned artifact version; None takes the newest when the server starts."""


class Config(ServiceConfig):
    grpc: GrpcServerConfig = GrpcServerConfig()
    artifacts: Path = Path("artifacts")
    """Folder of artifacts: `<artifacts>/<verifier>/<version>/`."""
    verifiers: tuple[VerifierConfig, ...] = (
        VerifierConfig(name="exact"),
        VerifierConfig(name="experiment"),
        VerifierConfig(name="perturbation-knn"),
    )
    """What is served; one that needs an artifact and has none keeps the server from starting."""
    threads: PositiveInt = 4
    """Calls judged at the same time; more wait their turn."""
    beliefs_kept: PositiveInt = 200_000
    """Beliefs remembered for each verifier, about 500 bytes each."""
