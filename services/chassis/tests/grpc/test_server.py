"""A real server on a real port: health, errors, deadlines, tokens, TLS, metrics, drain."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from prometheus_client import REGISTRY

from biorl.chassis.grpc.client import open_channel
from biorl.chassis.grpc.config import ClientTls, GrpcClientConfig, GrpcServerConfig, ServerTls
from biorl.chassis.grpc.deadlines import remaining_s
from biorl.chassis.grpc.server import GrpcService, serve
from biorl.chassis.life import Life

NAME = "testing.Echo"
Answer = Callable[[bytes], Awaitable[bytes]]


class WrongGenomeError(ValueError):
    """An error of a domain."""


async def echo(request: bytes) -> bytes:
    return request


def service(answer: Answer) -> GrpcService:
    """Bytes in, bytes out: no protobuf is needed to test a server."""

    async def handle(request: bytes, _context: object) -> bytes:
        return await answer(request)

    def add(_servicer: object, server: grpc.aio.Server) -> None:
        handlers = {"Say": grpc.unary_unary_rpc_method_handler(handle)}
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(NAME, handlers),))

    return GrpcService(NAME, add, None)


@asynccontextmanager
async def serving(answer: Answer = echo, **config: object) -> AsyncIterator[tuple[int, Life, asyncio.Task[None]]]:
    life, started = Life(), asyncio.get_running_loop().create_future()
    statuses = {WrongGenomeError: grpc.StatusCode.INVALID_ARGUMENT}
    settings = GrpcServerConfig.model_validate({"drain_s": 5, **config})
    task = asyncio.create_task(serve(settings, [service(answer)], life, statuses, started.set_result))
    done, _ = await asyncio.wait({task, started}, return_when=asyncio.FIRST_COMPLETED)
    if task in done:
        task.result()
    try:
        yield started.result(), life, task
    finally:
        life.stop()
        await task


async def say(target: str, text: bytes = b"hi", within_s: float | None = None, **config: object) -> bytes:
    async with open_channel(GrpcClientConfig.model_validate({"target": target, **config})) as channel:
        reply: bytes = await channel.unary_unary(f"/{NAME}/Say")(text, timeout=within_s)
        return reply


async def failure(target: str, **more: object) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await say(target, **more)
    return caught.value


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(test())


def test_health_is_told_for_the_server_and_for_each_service() -> None:
    async def test() -> None:
        async with serving() as (port, _, _), grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = health_pb2_grpc.HealthStub(channel)
            for name in ["", NAME]:
                reply = await stub.Check(health_pb2.HealthCheckRequest(service=name))
                assert reply.status == health_pb2.HealthCheckResponse.SERVING

    run(test)


def test_a_domain_error_becomes_the_status_of_the_table_and_a_bug_says_nothing_of_itself() -> None:
    async def wrong(request: bytes) -> bytes:
        raise WrongGenomeError("hg19 is not hg38") if request == b"hi" else RuntimeError("secret detail")

    async def test() -> None:
        async with serving(wrong) as (port, _, _):
            known = await failure(f"127.0.0.1:{port}")
            bug = await failure(f"127.0.0.1:{port}", text=b"bug")
        assert (known.code(), known.details()) == (grpc.StatusCode.INVALID_ARGUMENT, "hg19 is not hg38")
        assert (bug.code(), bug.details()) == (grpc.StatusCode.INTERNAL, "internal error")

    run(test)


def test_a_deadline_reaches_the_work_and_ends_it() -> None:
    seen: list[float | None] = []

    async def slow(_request: bytes) -> bytes:
        seen.append(remaining_s())
        await asyncio.sleep(30)
        return b"too late"

    async def test() -> None:
        async with serving(slow) as (port, _, _):
            error = await failure(f"127.0.0.1:{port}", within_s=0.3)
        assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED

    run(test)
    assert len(seen) == 1
    assert seen[0] is not None
    assert 0 < seen[0] <= 0.3


def test_without_the_token_nobody_comes_in_but_probes(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("let-me-in\n")

    async def test() -> None:
        async with serving(token_file=token) as (port, _, _):
            target = f"127.0.0.1:{port}"
            assert await say(target, token_file=token) == b"hi"
            assert (await failure(target)).code() is grpc.StatusCode.UNAUTHENTICATED
            async with grpc.aio.insecure_channel(target) as channel:
                await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())

    run(test)


def test_a_token_is_not_sent_over_a_network_in_clear_text(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs tls"):
        GrpcClientConfig(target="dns:///rewards:50052", token_file=tmp_path / "token")


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Self-signed, for localhost: its own authority."""
    cert, key = folder / f"{name}.crt", folder / f"{name}.key"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    names = ["-subj", f"/CN={name}", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "1"]
    subprocess.run([*command, *names, "-keyout", key, "-out", cert], check=True, capture_output=True)
    return cert, key


def test_mutual_tls_takes_known_callers_only_and_probes_have_a_port_of_their_own(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path, "server")
    caller, caller_key = certificate(tmp_path, "caller")

    async def test() -> None:
        tls = ServerTls(cert_file=cert, key_file=key, client_ca_file=caller)
        async with serving(tls=tls) as (port, _, _):
            target = f"localhost:{port}"
            known = ClientTls(ca_file=cert, cert_file=caller, key_file=caller_key)
            assert await say(target, tls=known) == b"hi"
            stranger = await failure(target, tls=ClientTls(ca_file=cert), max_attempts=1, within_s=5.0)
            assert stranger.code() is grpc.StatusCode.UNAVAILABLE

    run(test)


def test_a_message_over_the_limit_is_refused() -> None:
    async def test() -> None:
        async with serving(max_message_bytes=1000) as (port, _, _):
            error = await failure(f"127.0.0.1:{port}", text=b"x" * 2000)
        assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED

    run(test)


def test_calls_go_round_robin_over_all_addresses() -> None:
    async def test() -> None:
        heard: list[str] = []

        async def first(request: bytes) -> bytes:
            heard.append("first")
            return request

        async def second(request: bytes) -> bytes:
            heard.append("second")
            return request

        async with serving(first) as (one, _, _), serving(second) as (two, _, _):
            target = f"ipv4:127.0.0.1:{one},127.0.0.1:{two}"
            async with open_channel(GrpcClientConfig(target=target)) as channel:
                call = channel.unary_unary(f"/{NAME}/Say")
                for _ in range(40):
                    await call(b"hi")
        assert min(heard.count("first"), heard.count("second")) >= 10

    run(test)


def test_metrics_have_the_names_that_dashboards_expect() -> None:
    labels = {"grpc_type": "unary", "grpc_service": NAME, "grpc_method": "Say"}
    before = REGISTRY.get_sample_value("grpc_server_handled_total", labels | {"grpc_code": "OK"}) or 0

    async def test() -> None:
        async with serving() as (port, _, _):
            await say(f"127.0.0.1:{port}")

    run(test)
    assert REGISTRY.get_sample_value("grpc_server_handled_total", labels | {"grpc_code": "OK"}) == before + 1
    assert REGISTRY.get_sample_value("grpc_server_started_total", labels)
    assert REGISTRY.get_sample_value("grpc_server_handling_seconds_count", labels)


def test_a_running_call_is_finished_when_the_server_is_asked_to_stop() -> None:
    async def test() -> None:
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def patient(request: bytes) -> bytes:
            begun.set()
            await go_on.wait()
            return request

        async with serving(patient) as (port, life, _):
            call = asyncio.create_task(say(f"127.0.0.1:{port}"))
            await begun.wait()
            life.stop()
            go_on.set()
            assert await call == b"hi"

    run(test)


def test_a_taken_port_is_an_error_at_the_start() -> None:
    async def test() -> None:
        async with serving() as (port, _, _):
            with pytest.raises(RuntimeError):
                async with serving(port=port):
                    pass

    run(test)
