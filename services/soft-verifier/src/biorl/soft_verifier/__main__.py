"""Wiring of the soft verifier: artifacts from disk, verifiers from the registry, verdicts over gRPC."""

import sys

from biorl.chassis.life import Life
from biorl.chassis.process import MISUSE, run_async
from biorl.soft_verifier.config import Config
from biorl.soft_verifier.ports import ArtifactMissingError, UnknownVerifierError


async def body(config: Config, life: Life) -> None:
    from biorl.chassis.grpc.server import GrpcService, serve  # noqa: PLC0415 - configuration first, weight after
    from biorl.soft_verifier.adapters.artifacts import FolderArtifacts  # noqa: PLC0415
    from biorl.soft_verifier.adapters.grpc_servicer import GRPC_STATUSES, VerifierServicer  # noqa: PLC0415
    from biorl.soft_verifier.adapters.metrics import Metrics  # noqa: PLC0415
    from biorl.soft_verifier.service import Choice, Verification, load  # noqa: PLC0415
    from biorl.soft_verifier.verifiers import VERIFIERS  # noqa: PLC0415
    from biorl.verifier.v1 import verifier_pb2_grpc  # noqa: PLC0415

    choices = [Choice(item.name, item.version) for item in config.verifiers]
    served = load(choices, VERIFIERS, FolderArtifacts(config.artifacts))
    servicer = VerifierServicer(Verification(served, Metrics(), config.beliefs_kept), config.threads)
    add = verifier_pb2_grpc.add_VerifierServiceServicer_to_server
    await serve(config.grpc, [GrpcService("biorl.verifier.v1.VerifierService", add, servicer)], life, GRPC_STATUSES)
    servicer.close()


def main() -> int:
    """The exit status: 2 when what shall be served is not there."""
    try:
        return run_async("soft-verifier", Config, body)
    except (ArtifactMissingError, UnknownVerifierError) as error:
        sys.stderr.write(f"biorl-soft-verifier: {error}\n")
        return MISUSE


if __name__ == "__main__":
    raise SystemExit(main())
