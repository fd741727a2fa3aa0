"""Log lines as events: one JSON object a line, with the trace that it belongs to.

`logger.info("asked", extra={"question_id": ...})` makes `question_id` a field of the event. `format: text` is for
people at a terminal. Trace ids come from the OpenTelemetry context that bus and gRPC adapters set from `traceparent`.
"""

import json
import logging
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType

from opentelemetry import trace

from biorl.chassis.config import LogConfig

logger = logging.getLogger(__name__)

OF_EVERY_RECORD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """Keys: at, level, service, logger, event; trace_id and span_id inside a trace; the event's own; error."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line = {
            **_fields(record),  # first, so that no event can pass for another service or trace
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "logger": record.name,
            "event": record.getMessage(),
            **_trace_ids(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """Time of day, level, logger, event, and its fields as `name=value`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        fields = {**_fields(record), **_trace_ids()}
        return " ".join([super().formatMessage(record), *(f"{name}={value}" for name, value in fields.items())])


def set_up(service: str, config: LogConfig) -> None:
    """Sends all logs of this process to stderr, crashes of any thread too; replaces what was set up before."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(service) if config.format == "json" else TextFormatter())
    logging.basicConfig(level=config.level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_crash
    threading.excepthook = _log_crash_of_thread
    # The Kafka client writes some 250 lines in ten seconds of an outage.
    logging.getLogger("kafka").setLevel(max(logging.WARNING, logging.getLogger().level))


def _log_crash(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        logger.critical("crashed: %s", error, exc_info=(kind, error, traceback))


def _log_crash_of_thread(crash: threading.ExceptHookArgs) -> None:
    name = crash.thread.name if crash.thread else "?"
    error = crash.exc_value or crash.exc_type()
    logger.critical("thread %s crashed", name, exc_info=(crash.exc_type, error, crash.exc_traceback))


def _fields(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in record.__dict__.items() if name not in OF_EVERY_RECORD}


def _trace_ids() -> dict[str, str]:
    span = trace.get_current_span().get_span_context()
    if not span.is_valid:
        return {}
    return {"trace_id": trace.format_trace_id(span.trace_id), "span_id": trace.format_span_id(span.span_id)}
