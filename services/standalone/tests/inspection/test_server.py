"""The socket: loopback only, limits on what is read, an ending that leaves nothing open; and the whole command."""

import http.client
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.request
from http import HTTPStatus
from pathlib import Path

import pytest

from biorl.question_generator.adapters.parquet_dataset import ParquetDataset
from biorl.questions.question import Split
from biorl.questions.testing import direction_question
from biorl.standalone.inspection.application import Request, Response
from biorl.standalone.inspection.server import MAX_BODY, serving


def echo(request: Request) -> Response:
    return Response(HTTPStatus.OK, f"{request.method} {request.target} {request.body.decode()}".encode())


def test_answers_carry_a_policy_that_loads_nothing_from_elsewhere() -> None:
    with serving(0, lambda _: echo) as authority, urllib.request.urlopen(f"http://{authority}/a?b=c") as answer:
        assert answer.read() == b"GET /a?b=c "
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("length", "status"),
    [("3", HTTPStatus.OK), (str(MAX_BODY + 1), HTTPStatus.REQUEST_ENTITY_TOO_LARGE), ("-1", 411), ("1e3", 411)],
)
def test_a_form_is_read_up_to_a_limit(length: str, status: int) -> None:
    with serving(0, lambda _: echo) as authority:
        connection = http.client.HTTPConnection(authority, timeout=10)
        connection.request("POST", "/", b"a=b", {"Content-Length": length})
        assert connection.getresponse().status == status
        connection.close()


def test_a_reader_who_goes_on_before_the_answer_has_come_leaves_no_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    gone, answered = threading.Event(), threading.Event()

    def late(_request: Request) -> Response:
        gone.wait(10)
        answered.set()
        return Response(HTTPStatus.OK, bytes(10_000_000))

    with serving(0, lambda _: late) as authority:
        host, _, port = authority.partition(":")
        reader = socket.create_connection((host, int(port)))
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        reader.sendall(b"GET / HTTP/1.1\r\n\r\n")
        reader.close()
        gone.set()
        assert answered.wait(10)
        while any("process_request_thread" in thread.name for thread in threading.enumerate()):
            time.sleep(0.01)
    assert capsys.readouterr().err == ""


def test_only_this_machine_is_served_and_the_port_is_free_again_afterwards() -> None:
    with serving(0, lambda _: echo) as authority:
        host, _, port = authority.partition(":")
        assert host == "127.0.0.1"
        silent = socket.create_connection((host, int(port)))  # as browsers open them in advance
    silent.close()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((host, int(port)))


def test_the_command_serves_an_export_until_ctrl_c_and_keeps_what_was_decided(tmp_path: Path) -> None:
    question = direction_question()
    ParquetDataset(tmp_path / "dataset").write(Split.TRAIN, [question])
    command = [sys.executable, "-m", "biorl.standalone", "inspect", str(tmp_path / "dataset"), "--no-open"]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        address = next(found[0] for line in process.stdout if (found := re.search(r"http://\S+/", line)))
        form = f"q={question.id}&verdict=accepted".encode()
        with urllib.request.urlopen(f"{address}decide", form) as answer:  # noqa: S310 - our own server
            assert "is accepted" in answer.read().decode()
        process.send_signal(signal.SIGINT)
        told, complaints = process.communicate(timeout=20)
    assert (process.returncode, "Traceback" in complaints) == (0, False)
    assert "1 decided: " in told
    assert question.id in (tmp_path / "dataset" / "verdicts.jsonl").read_text()
