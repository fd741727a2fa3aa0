"""Real processes: started again after kill -9, ended in reverse order, gone when their parent is gone."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from biorl.standalone.supervisor.process import ProcessSpec
from biorl.standalone.supervisor.supervisor import ServiceFailedError, Supervisor

PATIENT = (
    "import signal,time; signal.signal(signal.SIGTERM, lambda *_: exit(0)); print('up', flush=True); time.sleep(60)"
)
STUBBORN = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def supervisor(told: list[str]) -> Iterator[Supervisor]:
    one = Supervisor(tell=told.append)
    yield one
    one.stop(hurry=lambda: True)


def spec(tmp_path: Path, name: str, code: str, *, is_job: bool = False) -> ProcessSpec:
    return ProcessSpec(name, (sys.executable, "-c", code), tmp_path / f"{name}.log", is_job=is_job)


def until(condition: Callable[[], bool], supervisor: Supervisor, timeout_s: float = 20.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        supervisor.poll()
        time.sleep(0.02)


def is_up(tmp_path: Path, name: str, times: int = 1) -> Callable[[], bool]:
    log = tmp_path / f"{name}.log"
    return lambda: log.exists() and log.read_text().count("up") >= times


def test_a_killed_process_is_started_again(supervisor: Supervisor, told: list[str], tmp_path: Path) -> None:
    supervisor.start(spec(tmp_path, "verifier", PATIENT))
    until(is_up(tmp_path, "verifier"), supervisor)
    first = supervisor.running()["verifier"]
    os.kill(first, signal.SIGKILL)
    until(is_up(tmp_path, "verifier", times=2), supervisor)
    assert supervisor.running()["verifier"] != first
    assert supervisor.usage["verifier"].starts == 2
    assert "SIGKILL" in told[0]


def test_a_job_that_ends_well_is_finished_and_stays_so(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(spec(tmp_path, "trainer", "print('up')", is_job=True))
    until(lambda: supervisor.is_finished("trainer"), supervisor)
    supervisor.poll()
    assert supervisor.running() == {}


def test_a_job_that_dies_is_started_again_until_it_is_done(supervisor: Supervisor, tmp_path: Path) -> None:
    mark = str(tmp_path / "mark")
    code = f"import os,pathlib; p=pathlib.Path({mark!r}); seen=p.exists(); p.touch(); os._exit(0 if seen else 3)"
    supervisor.start(spec(tmp_path, "trainer", code, is_job=True))
    until(lambda: supervisor.is_finished("trainer"), supervisor)
    assert supervisor.usage["trainer"].starts == 2


def test_a_refused_configuration_fails_at_once_and_names_the_log(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(spec(tmp_path, "ingester", "raise SystemExit(2)"))
    with pytest.raises(ServiceFailedError, match=r"ingester\.log"):
        until(lambda: False, supervisor)


def test_processes_end_in_the_reverse_order_of_their_start(supervisor: Supervisor, tmp_path: Path) -> None:
    ends = tmp_path / "ends"
    for name in ("first", "second"):
        code = (
            "import signal,time,pathlib\n"
            f"def end(*_):\n with pathlib.Path({str(ends)!r}).open('a') as f: f.write({name!r}+' ')\n exit(0)\n"
            "signal.signal(signal.SIGTERM, end); print('up', flush=True); time.sleep(60)"
        )
        supervisor.start(spec(tmp_path, name, code))
    until(lambda: is_up(tmp_path, "first")() and is_up(tmp_path, "second")(), supervisor)
    supervisor.stop()
    assert ends.read_text().split() == ["second", "first"]


def test_a_process_that_ignores_a_polite_request_is_killed_in_a_hurry(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(spec(tmp_path, "stubborn", STUBBORN))
    until(is_up(tmp_path, "stubborn"), supervisor)
    pid = supervisor.running()["stubborn"]
    supervisor.stop(hurry=lambda: True)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_cpu_time_adds_up_over_restarts(supervisor: Supervisor, tmp_path: Path) -> None:
    code = (
        "import time; t=time.process_time()\n"
        "while time.process_time()-t<.2: pass\n"
        "print('up', flush=True); time.sleep(60)"
    )
    supervisor.start(spec(tmp_path, "busy", code))
    for times in (1, 2):
        until(is_up(tmp_path, "busy", times), supervisor)
        os.kill(supervisor.running()["busy"], signal.SIGKILL)
    until(is_up(tmp_path, "busy", times=3), supervisor)
    supervisor.stop(hurry=lambda: True)
    assert supervisor.usage["busy"].cpu_s >= 0.6


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux alone")
def test_children_end_when_the_parent_is_killed(tmp_path: Path) -> None:
    program = textwrap.dedent(f"""
        import sys, time
        from pathlib import Path
        from biorl.standalone.supervisor.process import ProcessSpec
        from biorl.standalone.supervisor.supervisor import Supervisor
        one = Supervisor(tell=print)
        one.start(ProcessSpec("child", (sys.executable, "-c", {PATIENT!r}), Path({str(tmp_path / "child.log")!r})))
        print(one.running()["child"], flush=True)
        time.sleep(60)
    """)
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    deadline = time.monotonic() + 20
    while not is_up(tmp_path, "child")():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    parent.kill()
    parent.wait()
    while Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]:
        assert time.monotonic() < deadline, "the child outlived its parent"
        time.sleep(0.02)
