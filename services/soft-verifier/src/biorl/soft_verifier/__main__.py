"""Wiring of the soft verifier: artifacts from disk, verifiers from the registry, verdicts over gRPC."""

import sys
from pathlib import Path

from biorl.chassis.life import Life
from biorl.chassis.process import MISUSE, run_async
from biorl.soft_verifier.config import BehindConfig, Config
from biorl.soft_verifier.domain.served.tensors import Tensors
from biorl.soft_verifier.ports import ArtifactMissingError, ModelRefusedError, TensorModel, UnknownVerifierError
from biorl.soft_verifier.verifiers.served_model import Behind


async def body(config: Config, life: Life) -> None:
    from biorl.chassis.grpc.server import GrpcService, serve  # noqa: PLC0415 - configuration first, weight after
    from biorl.soft_verifier.adapters.artifacts import FolderArtifacts  # noqa: PLC0415
    from biorl.soft_verifier.adapters.grpc_servicer import GRPC_STATUSES, VerifierServicer  # noqa: PLC0415
    from biorl.soft_verifier.adapters.metrics import Metrics  # noqa: PLC0415
    from biorl.soft_verifier.service import Choice, Verification, load  # noqa: PLC0415
    from biorl.soft_verifier.verifiers import VERIFIERS  # noqa: PLC0415
    from biorl.verifier.v1 import verifier_pb2_grpc  # noqa: PLC0415

    choices = [
        Choice(item.name, item.version, behind(item.behind) if item.behind else None) for item in config.verifiers
    ]
    served = load(choices, VERIFIERS, FolderArtifacts(config.artifacts))
    servicer = VerifierServicer(Verification(served, Metrics(), config.beliefs_kept), config.threads)
    add = verifier_pb2_grpc.add_VerifierServiceServicer_to_server
    await serve(config.grpc, [GrpcService("biorl.verifier.v1.VerifierService", add, servicer)], life, GRPC_STATUSES)
    servicer.close()


def behind(config: BehindConfig) -> Behind:
    """Opens nothing over the network yet: a server that is away is a status of each belief."""
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


def _model(config: BehindConfig) -> TensorModel:
    if config.kserve:
        from biorl.soft_verifier.adapters.kserve import KserveModel  # noqa: PLC0415

        at = config.kserve
        return KserveModel(at.url, at.model, at.version, at.timeout_s, tls=at.tls)
    from biorl.soft_verifier.adapters.torch_network import TorchNetwork  # noqa: PLC0415 - torch is heavy

    assert config.torch is not None  # noqa: S101 - the settings were checked
    return TorchNetwork(config.torch.weights, config.torch.device)


def _lines(path: Path | None) -> tuple[str, ...]:
    return tuple(line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()) if path else ()


def main() -> int:
    """The exit status: 2 when what shall be served is not there."""
    try:
        return run_async("soft-verifier", Config, body)
    except (ArtifactMissingError, ModelRefusedError, UnknownVerifierError) as error:
        sys.stderr.write(f"biorl-soft-verifier: {error}\n")
        return MISUSE


if __name__ == "__main__":
    raise SystemExit(main())
