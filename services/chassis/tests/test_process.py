"""A service as a person or a kubelet meets it: arguments, configuration, probes, SIGTERM."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

SERVICE = """
import sys
from biorl.chassis.bus.config import BusConfig
from biorl.chassis.config import ServiceConfig
from biorl.chassis.process import run

class Config(ServiceConfig):
    bus: BusConfig

def body(config, life):
    if config.bus.path.name == "poison":
        raise RuntimeError("a gene too many")
    life.not_ready("no verifier")
    print("not ready", flush=True)
    sys.stdin.readline()
    life.ready()
    print("ready", flush=True)
    life.wait(60)
    print("stopped cleanly", flush=True)

status = run("chassis", Config, body)
if "--check-config" in sys.argv:
    heavy = {"torch", "grpc", "kafka", "numpy", "prometheus_client", "opentelemetry", "uvloop"} & sys.modules.keys()
    assert not heavy, heavy
sys.exit(status)
"""
CONFIG = "bus: {type: sqlite, path: bus.sqlite}\nhttp: {port: %d}\n"


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "service.py"
    path.write_text(SERVICE)
    return path


def start(script: Path, config: str, *arguments: str, **env: str) -> subprocess.Popen[str]:
    file = script.with_name("config.yaml")
    file.write_text(config)
    return subprocess.Popen(
        [sys.executable, script, "--config", file, *arguments],
        env={**os.environ, **env},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_check_config_prints_what_was_resolved_and_imports_nothing_heavy(script: Path) -> None:
    process = start(script, CONFIG % 0, "--check-config", BIORL_CHASSIS__LOG__LEVEL="debug")
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert json.loads(out)["log"] == {"level": "debug", "format": "json"}
    assert json.loads(out)["bus"]["path"] == "bus.sqlite"


def test_an_unknown_key_is_an_error_that_names_it(script: Path) -> None:
    process = start(script, CONFIG % 0 + "bsu: 1\n")
    _, err = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "bsu: Extra inputs are not permitted" in err


def test_a_missing_file_is_an_error_that_names_it(script: Path) -> None:
    process = subprocess.run(
        [sys.executable, script, "--config", "nowhere.yaml"], capture_output=True, text=True, check=False, timeout=30
    )
    assert process.returncode == 2
    assert "nowhere.yaml: cannot be read" in process.stderr


def test_a_crash_is_one_log_line_and_status_1(script: Path) -> None:
    process = start(script, "bus: {type: sqlite, path: poison}")
    _, err = process.communicate(timeout=30)
    crash = json.loads(err.splitlines()[-1])
    assert (process.returncode, crash["level"], crash["service"]) == (1, "critical", "chassis")
    assert "a gene too many" in crash["error"]


def test_a_port_that_is_taken_is_one_line_that_says_which_and_what_to_set(script: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = start(script, CONFIG % port)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 1, "2 is for what no other moment can mend"
    assert err.startswith(f"biorl-chassis: http.port: cannot listen on 127.0.0.1:{port}: Address already in use. Set ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_body_finish_and_probes_answer_meanwhile(script: Path, number: signal.Signals) -> None:
    process = start(script, CONFIG % 0)
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    line = json.loads(process.stderr.readline())
    port = int(line["event"].rsplit(" ", 1)[1])
    assert process.stdout.readline() == "not ready\n"
    assert get(port, "readyz") == (503, "no verifier\n")
    assert "\nbiorl_ready 0.0\n" in get(port, "metrics")[1]
    process.stdin.write("go on\n")
    process.stdin.flush()
    assert process.stdout.readline() == "ready\n"
    assert get(port, "readyz") == (200, "ready\n")
    assert "\nbiorl_ready 1.0\n" in get(port, "metrics")[1]
    assert get(port, "healthz") == (200, "alive\n")
    assert get(port, "nothing")[0] == 404
    assert "process_cpu_seconds_total" in get(port, "metrics")[1]
    process.send_signal(number)
    out, _ = process.communicate(timeout=10)
    assert out == "stopped cleanly\n"
    assert process.returncode == 0


LOADING = """
import sys, time
from biorl.chassis.config import ServiceConfig
from biorl.chassis.process import run
from biorl.chassis.signals import stop_ends_the_process

def body(config, life):
    with stop_ends_the_process(life, 75):
        print("loading", flush=True)
        time.sleep(float(sys.argv[1]))
    print("working", flush=True)
    life.wait(60)
    print("stopped cleanly", flush=True)

sys.exit(run("chassis", ServiceConfig, body, []))
"""


@pytest.mark.parametrize(
    ("seconds", "heard", "status", "last"), [("60", "loading", 75, ""), ("0", "working", 0, "stopped cleanly\n")]
)
def test_a_signal_ends_what_is_only_loading_at_once_and_lets_the_rest_finish(
    seconds: str, heard: str, status: int, last: str
) -> None:
    command = [sys.executable, "-c", LOADING, seconds]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    while process.stdout.readline() != f"{heard}\n":
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=10)
    assert (process.returncode, out) == (status, last)


def get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=5) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()
