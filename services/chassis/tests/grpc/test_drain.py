"""A whole process that serves, and a SIGTERM while a call is in hand."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

SERVICE = """
import asyncio
import sys
from biorl.chassis.config import ServiceConfig
from biorl.chassis.grpc.config import GrpcServerConfig
from biorl.chassis.process import run_async

class Config(ServiceConfig):
    grpc: GrpcServerConfig = GrpcServerConfig(linger_s=0.5)

async def body(config, life):
    from biorl.chassis.grpc.server import serve
    from biorl.chassis.grpc.testing import echo_service

    async def patient(request):
        print("begun", flush=True)
        await life.until_stopping()
        await asyncio.sleep(0.8)  # longer than it lingers: only the drain can save it
        return request

    await serve(config.grpc, [echo_service(patient)], life, {}, lambda port: print(port, flush=True))
    print("drained", flush=True)

sys.exit(run_async("chassis", Config, body))
"""


def test_sigterm_finishes_the_call_in_hand_tells_watchers_and_ends_with_0(tmp_path: Path) -> None:
    script = tmp_path / "service.py"
    script.write_text(SERVICE)
    with subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        asyncio.run(call_and_stop(process, port))
        out, err = process.communicate(timeout=20)
    assert out == "drained\n", err
    assert process.returncode == 0


async def call_and_stop(process: "subprocess.Popen[str]", port: int) -> None:
    assert process.stdout is not None
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        watch = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest(), timeout=20)
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.SERVING
        call = channel.unary_unary("/testing.Echo/Say")(b"hi", timeout=20)
        waiting = asyncio.ensure_future(call)
        assert await asyncio.to_thread(process.stdout.readline) == "begun\n"
        process.send_signal(signal.SIGTERM)
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING
        assert await waiting == b"hi"
