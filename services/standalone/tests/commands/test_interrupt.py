"""Ctrl-C: while a command or a service only imports it ends at once; a command at work says that it was stopped."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from biorl.chassis.interrupt import INTERRUPTED

FOR_EVER = "import time; print('importing', flush=True); time.sleep(60)"
SERVICES = ["ingester", "question_generator", "soft_verifier", "reward_aggregator", "rl_trainer"]


def minding_ctrl_c() -> None:
    """As at a terminal, though the tests themselves may run in the background, where a shell has SIGINT ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def interrupted(folder: Path, imported: str, module: str, *arguments: str) -> tuple[int, str, str]:
    """Status and words of a program that got Ctrl-C while it imported that."""
    (folder / f"{imported}.py").write_text(FOR_EVER)
    environment = os.environ | {"PYTHONPATH": str(folder)}
    with subprocess.Popen(
        [sys.executable, "-m", f"biorl.{module}", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=folder,
        preexec_fn=minding_ctrl_c,  # noqa: PLW1509 - no thread is running
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "importing\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
    return process.returncode, out, err


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        *((service, "pydantic") for service in SERVICES),
        ("soft_verifier", "prometheus_client"),
        ("standalone", "typer"),
    ],
)
def test_ctrl_c_while_it_imports_ends_it_at_once_and_says_nothing(module: str, imported: str, tmp_path: Path) -> None:
    assert interrupted(tmp_path, imported, module) == (INTERRUPTED, "", "")


@pytest.mark.parametrize(
    "command",
    [
        "verifier train experiment --effects screen.h5ad",
        "verifier evaluate experiment --effects screen.h5ad",
        "verifier card",
    ],
)
def test_ctrl_c_while_a_command_is_at_work_is_one_line_and_leaves_nothing(command: str, tmp_path: Path) -> None:
    """All of these begin their work with scipy."""
    said = interrupted(tmp_path, "scipy", "standalone", *command.split())
    assert said == (INTERRUPTED, "", "biorl: stopped before its end\n")
    assert {path.name for path in tmp_path.rglob("*.*") if path.suffix != ".pyc"} == {"scipy.py"}
