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

from biorl.chassis.config import ConfigError
from biorl.chassis.grpc.client import open_channel
from biorl.chassis.grpc.config import GrpcClientConfig
from biorl.questions.wire import claim_to_wire
from biorl.soft_verifier.__main__ import loaded
from biorl.soft_verifier.adapters.artifacts import FolderArtifacts
from biorl.soft_verifier.config import BehindConfig, CanaryConfig, Config, KserveConfig, VerifierConfig
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


def test_a_process_answers_takes_a_newer_artifact_without_a_failed_call_and_stops_on_request(tmp_path: Path) -> None:
    store = FolderArtifacts(tmp_path / "artifacts")
    train("experiment", screen(), annotation(), store, version="one")
    port = free_port()
    path = settings(tmp_path, port, "exact", "experiment")
    path.write_text(path.read_text() + "reload_s: 0.1\n")
    process = subprocess.Popen(command("--config", str(path)))

    async def ask() -> None:
        async with open_channel(GrpcClientConfig(target=f"127.0.0.1:{port}")) as channel:
            await asyncio.wait_for(channel.channel_ready(), 60)
            stub = verifier_pb2_grpc.VerifierServiceStub(channel)
            with pytest.raises(grpc.aio.AioRpcError) as unknown:
                await stub.Verify(pb.VerifyRequest(verifier="nobody"))
            assert unknown.value.code() == grpc.StatusCode.NOT_FOUND
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
    card = {"models": [{"neighbours": "context0."}], "code": "biorl-soft-verifier 0.0.1"}
    FolderArtifacts(tmp_path).save("perturbation-knn", Trained({}, card), "old")
    config = Config(artifacts=tmp_path, verifiers=(VerifierConfig(name="perturbation-knn"),))
    with pytest.raises(
        ConfigError, match=r"old of perturbation-knn, made by .* 0\.0\.1, has no .*biorl verifier train"
    ):
        loaded(config)


def test_the_log_names_what_is_served_and_what_is_compared_with_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    store = FolderArtifacts(tmp_path)
    new, old = (train("experiment", screen(), annotation(), store, version=version) for version in ("new", "old"))
    canary = CanaryConfig(version="new", share=0.5)
    loaded(Config(artifacts=tmp_path, verifiers=(VerifierConfig(name="experiment", canary=canary),)))
    live, candidate = ({"event": record.getMessage()} | vars(record) for record in caplog.records)
    assert (live["event"], live["version"], live["digest"]) == ("verifier_loaded", "old", old.digest)
    assert (candidate["event"], candidate["candidate"], candidate["digest"]) == ("canary_loaded", "new", new.digest)


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff"])
def test_a_list_without_names_keeps_it_from_starting_and_is_named(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "readouts.txt").write_bytes(content)
    served = BehindConfig(
        kserve=KserveConfig(url="127.0.0.1:1", model="gears"),
        inputs={"perturbation": "PERTURBATION"},
        output="SHIFT",
        readouts=tmp_path / "readouts.txt",
    )
    with pytest.raises(ConfigError, match=r"readouts\.txt is no list of names, one a line"):
        loaded(Config(verifiers=(VerifierConfig(name="gears", behind=served),)))


def test_two_verifiers_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="exact is there twice"):
        Config(verifiers=(VerifierConfig(name="exact"), VerifierConfig(name="exact", version="2")))


def test_its_configuration_can_be_checked_without_loading_what_is_heavy() -> None:
    code = (
        "import sys; from biorl.soft_verifier.__main__ import main; main(['--check-config'])\n"
        "sys.exit(str(heavy) if (heavy := {'grpc', 'numpy', 'scipy', 'sklearn', 'torch'} & sys.modules.keys()) else 0)"
    )
    environment = os.environ | {"BIORL_SOFT_VERIFIER__THREADS": "7"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["threads"] == 7
