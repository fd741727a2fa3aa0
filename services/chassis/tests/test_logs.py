"""Log lines as a machine and as a person read them."""

import json
import logging
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import TracerProvider

from biorl.chassis import logs
from biorl.chassis.config import LogConfig

logger = logging.getLogger("biorl.testing")
TRACER = TracerProvider().get_tracer("testing")


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    root, kafka = logging.getLogger(), logging.getLogger("kafka")
    handlers, levels = root.handlers[:], (root.level, kafka.level)
    monkeypatch.setattr("sys.excepthook", None)
    monkeypatch.setattr("threading.excepthook", None)
    yield
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    kafka.setLevel(levels[1])
    logging.captureWarnings(capture=False)


def test_a_json_line_carries_the_trace_it_belongs_to(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("ingester", LogConfig())
    with TRACER.start_as_current_span("work") as span:
        logger.info("inside")
    logger.info("outside")
    inside, outside = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert inside["trace_id"] == format(span.get_span_context().trace_id, "032x")
    assert inside["span_id"] == format(span.get_span_context().span_id, "016x")
    assert "trace_id" not in outside


def test_a_json_line_is_an_event_with_fields(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("ingester", LogConfig())
    logger.warning("no %s\nhere", "gene", extra={"question_id": "q1", "level": "nonsense"})
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["question_id"], line["service"]) == ("no gene\nhere", "q1", "ingester")
    assert (line["level"], line["logger"]) == ("warning", "biorl.testing")
    assert line["at"].endswith("+00:00")


def test_an_error_keeps_its_traceback_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("ingester", LogConfig())
    try:
        raise ValueError("hg19")
    except ValueError:
        logger.exception("refused")
    (line,) = capsys.readouterr().err.splitlines()
    assert "ValueError: hg19" in json.loads(line)["error"]


def test_text_is_readable_and_keeps_fields(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("ingester", LogConfig(format="text", level="warning"))
    logger.info("not shown")
    logger.warning("refused", extra={"document": "PMC1.1"})
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("WARNING biorl.testing: refused document=PMC1.1")
