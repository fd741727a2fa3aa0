"""Log lines as events: one JSON object a line, with the trace that it belongs to.

`format: text` is for people at a terminal. Trace ids come from the OpenTelemetry context that bus and gRPC adapters set
from `traceparent`.
"""

import json
import logging
import sys
from datetime import UTC, datetime

from opentelemetry import trace

from biorl.chassis.config import LogConfig

TEXT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


class JsonFormatter(logging.Formatter):
    """Keys: at, level, logger, event, service; trace_id and span_id inside a trace; error with a traceback."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "logger": record.name,
            "event": record.getMessage(),
        }
        span = trace.get_current_span().get_span_context()
        if span.is_valid:
            line |= {"trace_id": format(span.trace_id, "032x"), "span_id": format(span.span_id, "016x")}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def set_up(service: str, config: LogConfig) -> None:
    """Sends all logs of this process to stderr; replaces what was set up before."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(service) if config.format == "json" else logging.Formatter(TEXT))
    logging.basicConfig(level=config.level.upper(), handlers=[handler], force=True)
    # The Kafka client writes some 250 lines in ten seconds of an outage.
    logging.getLogger("kafka").setLevel(max(logging.WARNING, logging.getLogger().level))
