"""More processes give what one gives, in order, and none outlives the one that began them."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from biorl.chassis.workers import processes

ORPHANED_AFTER_S = 20
PROGRAM = """
import os, sys, time
from biorl.chassis.workers import processes
if __name__ == "__main__":
    with processes(2) as pool:
        print(*set(pool.map(abs, range(50))), flush=True)
        time.sleep(600)
"""


def double(number: int) -> int:
    time.sleep(0.001 * (number % 3))
    return 2 * number


def test_results_come_in_the_order_of_what_was_given() -> None:
    with processes(2) as pool:
        assert list(pool.map(double, range(20))) == [2 * number for number in range(20)]


def test_a_fault_in_a_worker_is_told_where_its_result_is_wanted() -> None:
    with processes(1) as pool:
        wanted = pool.submit(int, "x")
        assert list(pool.map(double, [1])) == [2]
        with pytest.raises(ValueError, match="x"):
            wanted.result()


def test_workers_end_with_a_parent_that_is_killed(tmp_path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    parent = subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE)
    assert parent.stdout.readline()
    children = psutil.Process(parent.pid).children()
    assert children
    os.kill(parent.pid, signal.SIGKILL)
    parent.communicate()
    _, alive = psutil.wait_procs(children, ORPHANED_AFTER_S)
    assert not alive
