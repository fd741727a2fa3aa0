"""Ctrl-C in the first second, when all that a command or a service does is to import."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from biorl.chassis.interrupt import INTERRUPTED

FOR_EVER = "import time; print('importing', flush=True); time.sleep(60)"
SERVICES = ["ingester", "question_generator", "soft_verifier", "reward_aggregator", "rl_trainer"]


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        *((service, "pydantic") for service in SERVICES),
        ("soft_verifier", "prometheus_client"),
        ("standalone", "typer"),
    ],
)
def test_ctrl_c_while_it_imports_ends_it_at_once_and_says_nothing(module: str, imported: str, tmp_path: Path) -> None:
    (tmp_path / f"{imported}.py").write_text(FOR_EVER)
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-m", f"biorl.{module}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=tmp_path,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "importing\n"
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=10)
    assert (process.returncode, said) == (INTERRUPTED, ("", ""))
