"""Log lines as events: JSON for machines, one readable line for people, both with the ids of the current trace.

Fields given as `extra={"question_id": ...}` become fields of the event. Trace ids come from the OpenTelemetry context,
which gRPC server and bus set from what a caller sent.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

from opentelemetry import trace

from biorl.chassis.config import LogConfig

_OF_EVERY_RECORD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


def configure_logs(config: LogConfig, service: str, stream: TextIO | None = None) -> None:
    """Sends everything that is logged in this process to `stream` (standard error), replacing earlier settings."""
    target = stream or sys.stderr
    as_text = config.format == "text" or (config.format == "auto" and target.isatty())
    handler = logging.StreamHandler(target)
    handler.setFormatter(TextFormatter() if as_text else JsonFormatter(service))
    logging.basicConfig(handlers=[handler], level=config.level, force=True)
    logging.captureWarnings(capture=True)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC), level, service, logger, message, trace and span id, the event's fields."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, object] = {
            "time": _utc(record).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "service": self._service,
            "logger": record.name,
            "message": record.getMessage(),
            **_trace_ids(),
            **_fields(record),
        }
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return json.dumps(event, default=str, ensure_ascii=False)


class TextFormatter(logging.Formatter):
    """For a terminal: local time, level, message, fields."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {**_fields(record), **_trace_ids()}
        said = " ".join([record.getMessage(), *(f"{name}={value}" for name, value in fields.items())])
        line = f"{_utc(record).astimezone():%H:%M:%S} {record.levelname:<7} {said}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _utc(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _trace_ids() -> dict[str, str]:
    span = trace.get_current_span().get_span_context()
    if not span.is_valid:
        return {}
    return {"trace_id": trace.format_trace_id(span.trace_id), "span_id": trace.format_span_id(span.span_id)}


def _fields(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in record.__dict__.items() if name not in _OF_EVERY_RECORD}
