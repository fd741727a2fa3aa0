"""Asks a gRPC server how it is, from the command line: `python -m biorl.chassis.grpc.ask_health dns:///rewards:50051`.

Goes the way of a client (names, TLS, certificates), not that of a kubelet's probe, so it also shows that callers can
reach the server. Exit status 0 when it serves, 1 when it does not, with one line that says why.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from pydantic import ValidationError

from biorl.chassis.grpc.client import open_channel
from biorl.chassis.grpc.config import ClientTls, GrpcClientConfig


async def ask(config: GrpcClientConfig, service: str = "") -> str:
    """ "SERVING", or what is the matter. `service` is a full name; empty asks for the whole server."""
    async with open_channel(config) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        try:
            answer = await stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=config.timeout_s)
        except grpc.aio.AioRpcError as error:
            return f"{error.code().name}: {error.details()}"
    return str(health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status))


def main(argv: Sequence[str] | None = None) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(prog="ask_health", description="Asks a gRPC server for its health.")
    parser.add_argument("target", help="host:port, or dns:///name:port")
    parser.add_argument("--service", default="", help="full name of one service; default: the whole server")
    parser.add_argument("--timeout", type=float, default=10.0, help="seconds to wait for an answer (default: 10)")
    parser.add_argument("--ca-file", type=Path, help="call over TLS; PEM of the authority to trust")
    parser.add_argument("--cert-file", type=Path, help="for mutual TLS")
    parser.add_argument("--key-file", type=Path, help="for mutual TLS")
    given = parser.parse_args(argv)
    try:
        tls = ClientTls(ca_file=given.ca_file, cert_file=given.cert_file, key_file=given.key_file)
    except ValidationError as error:
        parser.error(error.errors()[0]["msg"])
    config = GrpcClientConfig(target=given.target, tls=tls if given.ca_file else None, timeout_s=given.timeout)
    answer = asyncio.run(ask(config, given.service))
    sys.stdout.write(f"{given.target}: {answer}\n")
    return 0 if answer == "SERVING" else 1


if __name__ == "__main__":
    sys.exit(main())
