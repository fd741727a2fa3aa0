"""Wiring of the soft verifier: artifacts from disk, verifiers from the registry, verdicts over gRPC."""

import gc
from collections.abc import Sequence
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from biorl.chassis.interrupt import interrupt_ends_the_process

with interrupt_ends_the_process():
    from biorl.chassis.config import ConfigError
    from biorl.chassis.life import Life
    from biorl.chassis.process import run_async
    from biorl.soft_verifier.config import BehindConfig, Config, VerifierConfig

if TYPE_CHECKING:
    from biorl.soft_verifier.ports import TensorModel
    from biorl.soft_verifier.service import Verification
    from biorl.soft_verifier.serving.loading import Choice
    from biorl.soft_verifier.serving.reloading import Reloading
    from biorl.soft_verifier.verifiers.served_model import Behind


async def body(config: Config, life: Life) -> None:
    from biorl.chassis.grpc.server import GrpcService, serve  # noqa: PLC0415 - configuration first, weight after
    from biorl.soft_verifier.adapters.grpc_servicer import GRPC_STATUSES, VerifierServicer  # noqa: PLC0415
    from biorl.verifier.v1 import verifier_pb2_grpc  # noqa: PLC0415

    verification, reloading = loaded(config)
    gc.collect()
    gc.freeze()  # what is loaded now stays: looking through it for garbage would cost a fifth of the time
    if config.reload_s:
        Thread(target=_keep_looking, args=(reloading, verification, life, config.reload_s), daemon=True).start()
    servicer = VerifierServicer(verification, config.threads)
    add = verifier_pb2_grpc.add_VerifierServiceServicer_to_server
    await serve(config.grpc, [GrpcService("biorl.verifier.v1.VerifierService", add, servicer)], life, GRPC_STATUSES)
    servicer.close()
    verification.close()


def loaded(config: Config) -> "tuple[Verification, Reloading]":
    """Raises ConfigError for what shall be served and is not there."""
    from biorl.soft_verifier import ports  # noqa: PLC0415
    from biorl.soft_verifier.adapters.artifacts import FolderArtifacts  # noqa: PLC0415
    from biorl.soft_verifier.adapters.metrics import Metrics  # noqa: PLC0415
    from biorl.soft_verifier.service import Verification, load  # noqa: PLC0415
    from biorl.soft_verifier.serving.reloading import Reloading  # noqa: PLC0415
    from biorl.soft_verifier.verifiers import VERIFIERS  # noqa: PLC0415

    store, observer = FolderArtifacts(config.artifacts), Metrics()
    try:
        choices = [choice(item) for item in config.verifiers]
        reloading = Reloading(choices, VERIFIERS, store, observer)
        return Verification(load(choices, VERIFIERS, store), observer, config.beliefs_kept), reloading
    except (
        ports.ArtifactMissingError,
        ports.ArtifactUnusableError,
        ports.ModelRefusedError,
        ports.UnknownVerifierError,
    ) as error:
        raise ConfigError(str(error)) from error


def _keep_looking(reloading: "Reloading", verification: "Verification", life: Life, every_s: float) -> None:
    while not life.wait(every_s):
        reloading.look(verification.replace)


def choice(config: VerifierConfig) -> "Choice":
    """What the settings of one verifier ask for."""
    from biorl.soft_verifier.serving.loading import Batching, Canary, Choice  # noqa: PLC0415

    batching, canary = config.batching, config.canary
    return Choice(
        config.name,
        config.version,
        behind(config.behind) if config.behind else None,
        Batching(batching.max_claims, batching.wait_ms / 1000) if batching else None,
        Canary(canary.version, canary.share) if canary else None,
    )


def behind(config: BehindConfig) -> "Behind":
    """Opens nothing over the network yet: a server that is away is a status of each belief.

    Raises ConfigError for a list of names that cannot be read, ModelRefusedError.
    """
    from biorl.soft_verifier.domain.tensors import Tensors  # noqa: PLC0415
    from biorl.soft_verifier.verifiers.served_model import Behind  # noqa: PLC0415

    tensors = Tensors(
        {str(role): tensor for role, tensor in config.inputs.items()},
        config.output,
        config.uncertainty,
        _lines(config.readouts),
        _lines(config.perturbations),
        config.separator,
        config.batch,
    )
    return Behind(_model(config), tensors, frozenset(_lines(config.unseen)))


def _model(config: BehindConfig) -> "TensorModel":
    if config.kserve:
        from biorl.soft_verifier.adapters.kserve import KserveModel  # noqa: PLC0415

        at = config.kserve
        return KserveModel(at.url, at.model, at.version, at.timeout_s, tls=at.tls)
    from biorl.soft_verifier.adapters.torch_network import TorchNetwork  # noqa: PLC0415 - torch is heavy

    assert config.torch is not None  # noqa: S101 - the settings were checked
    return TorchNetwork(config.torch.weights, config.torch.device)


def _lines(path: Path | None) -> tuple[str, ...]:
    """Empty where there is no file. One that names nothing is a mistake: it would count as no file."""
    if path is None:
        return ()
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path} is no list of names, one a line: {error}"
        raise ConfigError(msg) from error
    names = tuple(line.strip() for line in lines if line.strip())
    if not names:
        msg = f"{path} is no list of names, one a line: it is empty"
        raise ConfigError(msg)
    return names


def main(argv: Sequence[str] | None = None) -> int:
    """The exit status: 2 when what shall be served is not there."""
    return run_async("soft-verifier", Config, body, argv)


if __name__ == "__main__":
    raise SystemExit(main())
