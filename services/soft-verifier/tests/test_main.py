"""The service as a process: it starts from a file, answers, counts, and leaves when asked."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import grpc
import pytest
import yaml

from biorl.chassis.grpc.client import open_channel
from biorl.chassis.grpc.config import GrpcClientConfig
from biorl.questions.wire import claim_to_wire
from biorl.soft_verifier.adapters.artifacts import FolderArtifacts
from biorl.soft_verifier.domain.belief import Trained
from biorl.soft_verifier.testing import annotation, claim, gene, screen
from biorl.soft_verifier.training import train
from biorl.verifier.v1 import verifier_pb2 as pb
from biorl.verifier.v1 import verifier_pb2_grpc


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "biorl.soft_verifier", *map(str, arguments)]


def settings(folder: Path, port: int, *names: str) -> Path:
    path = folder / "soft-verifier.yaml"
    verifiers = [{"name": name} for name in names]
    content = {"grpc": {"port": port}, "artifacts": str(folder / "artifacts"), "verifiers": verifiers}
    path.write_text(yaml.safe_dump(content))
    return path


def test_a_process_answers_and_stops_on_request(tmp_path: Path) -> None:
    train("perturbation-knn", screen(), annotation(), FolderArtifacts(tmp_path / "artifacts"))
    port = free_port()
    process = subprocess.Popen(command("--config", settings(tmp_path, port, "exact", "perturbation-knn")))

    async def ask() -> None:
        async with open_channel(GrpcClientConfig(target=f"127.0.0.1:{port}")) as channel:
            await asyncio.wait_for(channel.channel_ready(), 60)
            stub = verifier_pb2_grpc.VerifierServiceStub(channel)
            request = pb.PredictRequest(verifier="perturbation-knn", claims=[claim_to_wire(claim(gene(0, 9)))])
            assert (await stub.Predict(request)).beliefs[0].status == pb.STATUS_SCORED
            with pytest.raises(grpc.aio.AioRpcError) as unknown:
                await stub.Verify(pb.VerifyRequest(verifier="nobody"))
            assert unknown.value.code() == grpc.StatusCode.NOT_FOUND

    try:
        asyncio.run(ask())
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()


def test_a_newer_artifact_takes_over_without_a_restart_and_no_call_fails(tmp_path: Path) -> None:
    store = FolderArtifacts(tmp_path / "artifacts")
    train("experiment", screen(), annotation(), store, version="one")
    port = free_port()
    path = settings(tmp_path, port, "experiment")
    path.write_text(path.read_text() + "reload_s: 0.1\n")
    process = subprocess.Popen(command("--config", str(path)))

    async def ask() -> None:
        async with open_channel(GrpcClientConfig(target=f"127.0.0.1:{port}")) as channel:
            await asyncio.wait_for(channel.channel_ready(), 60)
            stub = verifier_pb2_grpc.VerifierServiceStub(channel)
            request = pb.PredictRequest(verifier="experiment", claims=[claim_to_wire(claim(gene(0, 0)))])
            versions: list[str] = []
            until = time.monotonic() + 30
            while "two" not in versions and time.monotonic() < until:
                belief = (await stub.Predict(request)).beliefs[0]
                assert belief.status == pb.STATUS_SCORED
                versions.append(belief.source.version)
                if len(versions) == 20:
                    train("experiment", screen(noise=0.2), annotation(), store, version="two")
            assert versions[0] == "one"
            assert versions == sorted(versions)
            assert versions[-1] == "two"

    try:
        asyncio.run(ask())
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()


def test_a_missing_artifact_keeps_it_from_starting_and_says_what_to_run(tmp_path: Path) -> None:
    ended = subprocess.run(
        command("--config", settings(tmp_path, 0, "perturbation-knn")), capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert "biorl verifier train perturbation-knn" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_artifact_of_other_code_keeps_it_from_starting_and_says_what_to_run(tmp_path: Path) -> None:
    store = FolderArtifacts(tmp_path / "artifacts")
    card = {"models": [{"neighbours": "context0."}], "code": "biorl-soft-verifier 0.0.1"}
    store.save("perturbation-knn", Trained({}, card), "old")
    ended = subprocess.run(
        command("--config", settings(tmp_path, 0, "perturbation-knn")), capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert "artifact old of perturbation-knn, made by biorl-soft-verifier 0.0.1, has no" in ended.stderr
    assert "biorl verifier train perturbation-knn" in ended.stderr


def test_its_configuration_can_be_checked_without_loading_a_model() -> None:
    environment = os.environ | {"BIORL_SOFT_VERIFIER__THREADS": "7"}
    done = subprocess.run(command("--check-config"), capture_output=True, text=True, check=True, env=environment)
    assert json.loads(done.stdout)["threads"] == 7
