"""Who may call: tokens, TLS, mutual TLS, their rotation, and the plaintext port that probes need beside TLS."""

import asyncio
import os
import socket
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from pydantic import ValidationError

from biorl.chassis.grpc import ask_health
from biorl.chassis.grpc.client import open_channel
from biorl.chassis.grpc.config import ClientTls, GrpcClientConfig, GrpcServerConfig, ServerTls
from biorl.chassis.grpc.testing import ECHO, Running, echo_service, running

Pair = tuple[Path, Path]


async def echo(request: bytes) -> bytes:
    return request


def serving(**config: object) -> AbstractAsyncContextManager[Running]:
    return running([echo_service(echo)], {}, GrpcServerConfig.model_validate({"drain_s": 5, **config}))


async def say(target: str, **config: object) -> bytes:
    settings = GrpcClientConfig.model_validate({"target": target, "timeout_s": 5.0, "max_attempts": 1, **config})
    async with open_channel(settings) as channel:
        reply: bytes = await channel.unary_unary(f"/{ECHO}/Say")(b"hi")
        return reply


async def refusal(target: str, **config: object) -> grpc.StatusCode:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await say(target, **config)
    return refused.value.code()


@pytest.fixture
def certificate(tmp_path: Path, self_signed: Callable[..., Pair]) -> Callable[[str], Pair]:
    """Certificate and key of a server on this machine and in a namespace."""
    return lambda name: self_signed(tmp_path, name, "*.biorl.svc")


@pytest.fixture
def token(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text("let-me-in\n")
    return path


def test_without_the_right_token_nobody_comes_in_but_probes(token: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("let-me-im")

    async def test() -> None:
        async with serving(token_file=token) as server:
            assert await say(server.target, token_file=token) == b"hi"
            assert await refusal(server.target) is grpc.StatusCode.UNAUTHENTICATED
            assert await refusal(server.target, token_file=wrong) is grpc.StatusCode.UNAUTHENTICATED
            async with grpc.aio.insecure_channel(server.target) as channel:
                await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())
                stream = channel.stream_stream(f"/{ECHO}/Chat")(timeout=5)
                with pytest.raises(grpc.aio.AioRpcError) as refused:
                    await stream.read()
                assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED

    asyncio.run(test())


def rotate(token: Path, text: str, changed_at_ns: int) -> None:
    """A file system's clock may be too coarse for a test."""
    token.write_text(text)
    os.utime(token, ns=(changed_at_ns, changed_at_ns))


def test_a_token_can_be_rotated_and_an_emptied_file_opens_nothing(token: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.write_text("let-me-in")

    async def test() -> None:
        async with serving(token_file=token) as server:
            rotate(token, "new-words", 1)
            assert await say(server.target, token_file=token) == b"hi"
            assert await refusal(server.target, token_file=old) is grpc.StatusCode.UNAUTHENTICATED
            rotate(token, "", 2)
            assert await refusal(server.target) is grpc.StatusCode.UNAUTHENTICATED

    asyncio.run(test())


def test_a_server_without_its_token_does_not_start(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.write_text("\n")

    async def test() -> None:
        async with serving(token_file=empty):
            pass

    with pytest.raises(ValueError, match="a token is needed"):
        asyncio.run(test())


@pytest.mark.parametrize("target", ["dns:///rewards:50052", "localhost.example.org:1", "127.0.0.1.example.org:1"])
def test_a_token_is_not_sent_over_a_network_in_clear_text(target: str, token: Path) -> None:
    with pytest.raises(ValidationError, match="needs tls"):
        GrpcClientConfig(target=target, token_file=token)


@pytest.mark.parametrize("target", ["localhost:1", "127.0.0.1:1", "ipv4:127.0.0.1:1", "[::1]:1", "unix:/run/x"])
def test_a_token_may_stay_on_this_machine(target: str, token: Path) -> None:
    assert GrpcClientConfig(target=target, token_file=token).token_file == token


def test_a_certificate_without_its_key_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="needed together"):
        ClientTls(cert_file=tmp_path / "client.crt")


def test_a_client_checks_whom_it_talks_to(certificate: Callable[[str], Pair], token: Path) -> None:
    (cert, key), (other, _) = certificate("server"), certificate("other")

    async def test() -> None:
        async with serving(tls=ServerTls(cert_file=cert, key_file=key), token_file=token) as server:
            target = f"localhost:{server.port}"
            assert await say(target, tls=ClientTls(ca_file=cert), token_file=token) == b"hi"
            assert await refusal(target, tls=ClientTls(ca_file=other)) is grpc.StatusCode.UNAVAILABLE
            assert await refusal(target) is grpc.StatusCode.UNAVAILABLE

    asyncio.run(test())


def test_mutual_tls_takes_known_callers_only(certificate: Callable[[str], Pair]) -> None:
    (cert, key), (caller, caller_key) = certificate("server"), certificate("caller")
    stranger, stranger_key = certificate("stranger")

    async def test() -> None:
        tls = ServerTls(cert_file=cert, key_file=key, client_ca_file=caller)
        async with serving(tls=tls) as server:
            target = f"localhost:{server.port}"
            known = ClientTls(ca_file=cert, cert_file=caller, key_file=caller_key)
            unknown = ClientTls(ca_file=cert, cert_file=stranger, key_file=stranger_key)
            assert await say(target, tls=known) == b"hi"
            assert await refusal(target, tls=unknown) is grpc.StatusCode.UNAVAILABLE
            assert await refusal(target, tls=ClientTls(ca_file=cert)) is grpc.StatusCode.UNAVAILABLE

    asyncio.run(test())


def test_a_certificate_can_be_rotated_while_the_server_runs(certificate: Callable[[str], Pair]) -> None:
    (cert, key), (new_cert, new_key) = certificate("server"), certificate("renewed")

    async def test() -> None:
        async with serving(tls=ServerTls(cert_file=cert, key_file=key)) as server:
            target = f"localhost:{server.port}"
            assert await refusal(target, tls=ClientTls(ca_file=new_cert)) is grpc.StatusCode.UNAVAILABLE
            key.write_bytes(new_key.read_bytes())
            cert.write_bytes(new_cert.read_bytes())
            assert await say(target, tls=ClientTls(ca_file=new_cert)) == b"hi"

    asyncio.run(test())


def test_probes_have_a_plaintext_port_beside_tls(certificate: Callable[[str], Pair]) -> None:
    cert, key = certificate("server")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        free = listener.getsockname()[1]

    async def test() -> None:
        async with (
            serving(tls=ServerTls(cert_file=cert, key_file=key), health_port=free),
            grpc.aio.insecure_channel(f"127.0.0.1:{free}") as channel,
        ):
            reply = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service=ECHO))
            assert reply.status == health_pb2.HealthCheckResponse.SERVING
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await channel.unary_unary(f"/{ECHO}/Say")(b"hi")
            assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED

    asyncio.run(test())


def test_one_wildcard_certificate_names_every_service_of_a_namespace(certificate: Callable[[str], Pair]) -> None:
    cert, key = certificate("server")

    async def test() -> None:
        async with serving(tls=ServerTls(cert_file=cert, key_file=key)) as server:
            target = f"localhost:{server.port}"
            mine = ClientTls(ca_file=cert, server_name="biorl-reward-aggregator.biorl.svc")
            assert await say(target, tls=mine) == b"hi"
            other = ClientTls(ca_file=cert, server_name="biorl-reward-aggregator.other.svc")
            assert await refusal(target, tls=other) is grpc.StatusCode.UNAVAILABLE

    asyncio.run(test())


def test_health_can_be_asked_for_from_the_command_line_the_way_a_client_goes(
    certificate: Callable[[str], Pair], capsys: pytest.CaptureFixture[str]
) -> None:
    cert, key = certificate("server")

    async def test() -> None:
        tls = ServerTls(cert_file=cert, key_file=key, client_ca_file=cert)
        async with serving(tls=tls) as server:
            target = f"localhost:{server.port}"
            mine = ["--ca-file", str(cert), "--cert-file", str(cert), "--key-file", str(key)]
            assert await asyncio.to_thread(ask_health.main, [target, *mine, "--service", ECHO]) == 0
            assert await asyncio.to_thread(ask_health.main, [target, *mine, "--service", "no.such"]) == 1
            assert await asyncio.to_thread(ask_health.main, [target, *mine[:2], "--timeout", "1"]) == 1

    asyncio.run(test())
    told = capsys.readouterr().out.splitlines()
    assert told[0].endswith("SERVING")
    assert "NOT_FOUND" in told[1]
