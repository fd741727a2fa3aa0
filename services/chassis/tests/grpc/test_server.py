"""A real server on a real port: health, reflection, errors, deadlines, limits, streams, traces, metrics, drain."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from opentelemetry import trace
from opentelemetry.propagate import inject
from prometheus_client import REGISTRY

from biorl.chassis.config import ConfigError
from biorl.chassis.errors import TryLater
from biorl.chassis.grpc.client import open_channel
from biorl.chassis.grpc.config import GrpcClientConfig, GrpcServerConfig
from biorl.chassis.grpc.deadlines import remaining_s, timeout_s
from biorl.chassis.grpc.testing import ECHO as NAME
from biorl.chassis.grpc.testing import Running, echo_service, running

Answer = Callable[[bytes], Awaitable[bytes]]


class WrongGenomeError(ValueError):
    """An error of a domain."""


class OldGenomeError(WrongGenomeError):
    """A kind of it that the table does not name."""


class UnknownRecipeError(KeyError):
    """KeyErrors quote their message."""


STATUSES = {
    WrongGenomeError: grpc.StatusCode.INVALID_ARGUMENT,
    UnknownRecipeError: grpc.StatusCode.NOT_FOUND,
}


async def echo(request: bytes) -> bytes:
    return request


def serving(answer: Answer = echo, **config: object) -> AbstractAsyncContextManager[Running]:
    return running([echo_service(answer)], STATUSES, GrpcServerConfig.model_validate({"drain_s": 5, **config}))


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


def handled(kind: str, method: str, code: str) -> float:
    labels = {"grpc_type": kind, "grpc_service": NAME, "grpc_method": method, "grpc_code": code}
    return REGISTRY.get_sample_value("grpc_server_handled_total", labels) or 0


async def health_of(target: str, name: str) -> int:
    async with grpc.aio.insecure_channel(target) as channel:
        reply = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service=name))
        return int(reply.status)


def test_health_is_told_for_the_server_and_for_each_service() -> None:
    async def test() -> None:
        async with serving() as server:
            for name in ["", NAME]:
                assert await health_of(server.target, name) == health_pb2.HealthCheckResponse.SERVING

    run(test)


def test_a_watcher_of_health_is_told_when_the_server_leaves() -> None:
    async def test() -> None:
        async with (
            serving(linger_s=0.5, health_port=0) as server,
            grpc.aio.insecure_channel(server.target) as channel,
        ):
            watch = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
            assert (await watch.read()).status == health_pb2.HealthCheckResponse.SERVING
            server.life.stop()
            assert (await watch.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING

    run(test)


async def services_told_by_reflection(target: str) -> set[str]:
    async with grpc.aio.insecure_channel(target) as channel:
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        asked = [reflection_pb2.ServerReflectionRequest(list_services="")]
        replies = [reply async for reply in stub.ServerReflectionInfo(iter(asked), timeout=5)]
        return {item.name for reply in replies for item in reply.list_services_response.service}


def test_reflection_lists_the_services() -> None:
    async def test() -> None:
        async with serving() as server:
            assert {NAME, "grpc.health.v1.Health"} <= await services_told_by_reflection(server.target)

    run(test)


def test_reflection_can_be_turned_off() -> None:
    async def test() -> None:
        async with serving(reflection=False) as server:
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await services_told_by_reflection(server.target)
            assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED

    run(test)


@pytest.mark.parametrize(
    ("error", "code", "details"),
    [
        (WrongGenomeError("hg19 is not hg38"), grpc.StatusCode.INVALID_ARGUMENT, "hg19 is not hg38"),
        (OldGenomeError("hg18"), grpc.StatusCode.INVALID_ARGUMENT, "hg18"),
        (UnknownRecipeError("no recipe 'x'"), grpc.StatusCode.NOT_FOUND, "no recipe 'x'"),
        (RuntimeError("secret detail"), grpc.StatusCode.INTERNAL, "internal error"),
        (TryLater("no verifier", 0.01), grpc.StatusCode.UNAVAILABLE, "no verifier"),
    ],
)
def test_an_error_becomes_the_status_of_the_table_and_a_bug_says_nothing_of_itself(
    error: Exception, code: grpc.StatusCode, details: str
) -> None:
    async def wrong(_request: bytes) -> bytes:
        raise error

    async def test() -> None:
        async with serving(wrong) as server:
            seen = await failure(server.target)
        assert (seen.code(), seen.details()) == (code, details)

    run(test)


def test_a_bug_is_logged_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    async def wrong(_request: bytes) -> bytes:
        raise RuntimeError("a gene too many")

    async def test() -> None:
        async with serving(wrong) as server:
            await failure(server.target)

    run(test)
    (record,) = [record for record in caplog.records if record.message == f"a bug in {NAME}/Say"]
    assert record.exc_text is not None
    assert "a gene too many" in record.exc_text


def test_a_deadline_reaches_the_work_ends_it_and_bounds_what_it_calls() -> None:
    seen: list[float | None] = []

    async def slow(_request: bytes) -> bytes:
        seen.extend([remaining_s(), timeout_s(30.0)])
        await asyncio.sleep(30)
        return b"too late"

    before = handled("unary", "Say", "DeadlineExceeded")

    async def test() -> None:
        async with serving(slow) as server:
            error = await failure(server.target, within_s=0.3)
        assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED

    run(test)
    left, downstream = seen
    assert left is not None
    assert downstream is not None
    assert 0 < downstream < left <= 0.3
    assert handled("unary", "Say", "DeadlineExceeded") == before + 1


def test_a_deadline_is_passed_on_through_two_servers_and_shrinks() -> None:
    seen: list[float | None] = []

    async def last(request: bytes) -> bytes:
        seen.append(remaining_s())
        return request

    async def test() -> None:
        async with serving(last) as behind:

            async def front(request: bytes) -> bytes:
                seen.append(remaining_s())
                return await say(behind.target, request)

            async with serving(front) as server:
                assert await say(server.target, within_s=5.0) == b"hi"

    run(test)
    first, second = seen
    assert first is not None
    assert second is not None
    assert second < first <= 5.0


def test_a_call_without_a_deadline_gets_the_channels_own() -> None:
    seen: list[float | None] = []

    async def note(request: bytes) -> bytes:
        seen.append(remaining_s())
        return request

    async def test() -> None:
        async with serving(note) as server:
            await say(server.target, timeout_s=7.0)

    run(test)
    assert seen[0] is not None
    assert 5.0 < seen[0] <= 7.0


def test_a_full_server_refuses_more_and_still_answers_its_probes() -> None:
    async def test() -> None:
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def patient(request: bytes) -> bytes:
            begun.set()
            await go_on.wait()
            return request

        async with serving(patient, max_concurrent_rpcs=1) as server:
            first = asyncio.create_task(say(server.target))
            await begun.wait()
            refused = await failure(server.target, max_attempts=1)
            assert refused.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
            assert dict(refused.trailing_metadata() or ()) == {"grpc-retry-pushback-ms": "200"}
            assert await health_of(server.target, "") == health_pb2.HealthCheckResponse.SERVING
            waiting = asyncio.create_task(say(server.target))
            go_on.set()
            assert await first == await waiting == b"hi"

    run(test)


def test_a_message_over_the_limit_is_refused() -> None:
    async def test() -> None:
        async with serving(max_message_bytes=1000) as server:
            error = await failure(server.target, text=b"x" * 2000)
        assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED

    run(test)


def test_all_four_kinds_of_calls_are_served_and_counted() -> None:
    kinds = {"unary": "Say", "server_stream": "Count", "client_stream": "Join", "bidi_stream": "Chat"}
    before = {kind: handled(kind, method, "OK") for kind, method in kinds.items()}

    async def test() -> None:
        async with serving() as server, grpc.aio.insecure_channel(server.target) as channel:
            assert await channel.unary_unary(f"/{NAME}/Say")(b"a") == b"a"
            assert [item async for item in channel.unary_stream(f"/{NAME}/Count")(b"a")] == [b"a"] * 3
            assert await channel.stream_unary(f"/{NAME}/Join")(iter([b"a", b"b"])) == b"ab"
            assert [item async for item in channel.stream_stream(f"/{NAME}/Chat")(iter([b"a", b"b"]))] == [b"a", b"b"]

    run(test)
    assert {kind: handled(kind, method, "OK") - before[kind] for kind, method in kinds.items()} == dict.fromkeys(
        kinds, 1
    )


def test_metrics_have_the_names_and_labels_that_dashboards_expect() -> None:
    labels = {"grpc_type": "unary", "grpc_service": NAME, "grpc_method": "Say"}

    async def wrong(_request: bytes) -> bytes:
        raise WrongGenomeError("no")

    before = handled("unary", "Say", "InvalidArgument")

    async def test() -> None:
        async with serving(wrong) as server:
            await failure(server.target)

    run(test)
    assert handled("unary", "Say", "InvalidArgument") == before + 1
    assert REGISTRY.get_sample_value("grpc_server_started_total", labels)
    assert REGISTRY.get_sample_value("grpc_server_handling_seconds_count", labels)
    assert REGISTRY.get_sample_value("grpc_server_in_flight", labels) == 0


def test_the_callers_trace_goes_on_in_the_server() -> None:
    seen: list[str] = []
    traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    async def note(request: bytes) -> bytes:
        carried: dict[str, str] = {}
        inject(carried)
        seen.append(carried["traceparent"])
        seen.append(trace.format_trace_id(trace.get_current_span().get_span_context().trace_id))
        return request

    async def test() -> None:
        async with serving(note) as server, grpc.aio.insecure_channel(server.target) as channel:
            await channel.unary_unary(f"/{NAME}/Say")(b"hi", metadata=[("traceparent", traceparent)])

    run(test)
    assert seen[0].split("-")[1] == seen[1] == "0af7651916cd43dd8448eb211c80319c"


def test_a_running_call_is_finished_when_the_server_is_asked_to_stop() -> None:
    async def test() -> None:
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def patient(request: bytes) -> bytes:
            begun.set()
            await go_on.wait()
            return request

        async with serving(patient) as server:
            call = asyncio.create_task(say(server.target))
            await begun.wait()
            server.life.stop()
            go_on.set()
            assert await call == b"hi"

    run(test)


def test_a_call_that_outlasts_the_drain_is_cut_off_as_unavailable() -> None:
    async def test() -> None:
        begun = asyncio.Event()

        async def endless(request: bytes) -> bytes:
            begun.set()
            await asyncio.sleep(60)
            return request

        async with serving(endless, drain_s=0.2) as server:
            call = asyncio.create_task(failure(server.target, max_attempts=1))
            await begun.wait()
            server.life.stop()
            assert (await call).code() in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}

    run(test)


@pytest.mark.parametrize("key", ["port", "health_port"])
def test_a_taken_port_is_an_error_at_the_start_that_names_what_to_set(key: str) -> None:
    async def test() -> None:
        async with serving() as server:
            said = f"grpc.{key}: cannot listen on 127.0.0.1:{server.port}: it is taken"
            with pytest.raises(ConfigError, match=re.escape(said)):
                async with serving(**{key: server.port}):
                    pass

    run(test)
