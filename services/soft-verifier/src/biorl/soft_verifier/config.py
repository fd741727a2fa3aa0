"""Settings of the soft verifier: which verifiers it serves, from where, and with how many threads."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt, model_validator

from biorl.chassis.config import Frozen, ServiceConfig
from biorl.chassis.grpc.config import GrpcServerConfig

Role = Literal["perturbation", "readout", "cell_line", "organism", "perturbation_kind"]


class KserveConfig(Frozen):
    """A model behind KServe v2 over gRPC: Triton, MLServer, KServe."""

    url: str
    """host:port."""
    model: str
    version: str = ""
    """Empty takes the server's newest."""
    timeout_s: PositiveFloat = 10.0
    tls: bool = False


class TorchConfig(Frozen):
    """A network on gene embeddings in process; `adapters/torch_network.py` says what the file holds."""

    weights: Path
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """`auto` takes a GPU when there is one."""


class BehindConfig(Frozen):
    """A model that others have made; see "Served models" in the README."""

    kserve: KserveConfig | None = None
    torch: TorchConfig | None = None
    inputs: dict[Role, str]
    """From what a claim says to the name of the text tensor [batch, 1] that takes it."""
    output: str
    """Tensor of shifts or scores, larger is up: [batch, readouts], or [batch, 1] where the readout is an input."""
    uncertainty: str = ""
    readouts: Path | None = None
    """Names of the output's columns, one a line."""
    perturbations: Path | None = None
    """Genes that the model has learnt to perturb, one a line; without it the model answers NaN for the others."""
    unseen: Path | None = None
    """Train perturbations that the model has not learnt from, one a line: what it is calibrated on."""
    separator: str = "+"
    batch: PositiveInt = 64

    @model_validator(mode="after")
    def _is_one_model(self) -> Self:
        if (self.kserve is None) == (self.torch is None):
            msg = "a model is either behind `kserve` or in `torch`"
            raise ValueError(msg)
        if "perturbation" not in self.inputs or ("readout" in self.inputs) == (self.readouts is not None):
            msg = "inputs need `perturbation`; and either the input `readout`, or the file `readouts`"
            raise ValueError(msg)
        return self


class BatchingConfig(Frozen):
    """Claims of calls that wait at the same time are asked together. For models on a GPU, or behind a server."""

    max_claims: PositiveInt = 1024
    wait_ms: NonNegativeFloat = 0.0
    """How long the first waits for company. 0 takes whoever has come while the batch before was judged."""


class CanaryConfig(Frozen):
    """Another version that is asked too, and compared in metrics and log; nobody is answered by it."""

    version: str
    share: Annotated[float, Field(gt=0, le=1)] = 0.1
    """Of the claims and questions, by their content."""


class VerifierConfig(Frozen):
    name: str
    """As the registry in `verifiers/__init__.py` calls it."""
    version: str | None = None
    """A pinned artifact version; None takes the newest, and a newer one when it comes."""
    behind: BehindConfig | None = None
    """A model that others serve, under a name of your own; its artifact is what `biorl verifier calibrate` made."""
    batching: BatchingConfig | None = None
    """None asks for each call alone."""
    canary: CanaryConfig | None = None


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
    reload_s: NonNegativeFloat = 30.0
    """How often newer artifacts are looked for; 0 never."""

    @model_validator(mode="after")
    def _serves_each_name_once(self) -> Self:
        names = [item.name for item in self.verifiers]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            msg = f"verifiers: {', '.join(twice)} is there twice; to try another version of one, give it a `canary`"
            raise ValueError(msg)
        return self
