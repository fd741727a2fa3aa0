"""The ingester's metrics, all of them. `source` is the type of a source, never a path: few values, for ever."""

from collections import Counter as Tally

from prometheus_client import Counter, Gauge, Histogram

from biorl.ingester.ports import Entry

ITEMS = Counter(
    "biorl_ingester_items_total",
    "Papers, abstracts, retractions and effects published; those and whole files refused, by reason.",
    ["source", "kind", "status", "reason"],
)
UNIT_SECONDS = Histogram(
    "biorl_ingester_unit_seconds",
    "Time to read, judge and publish one new file or dataset.",
    ["source"],
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000),
)
UNITS_FOUND = Gauge("biorl_ingester_units_found", "Files and datasets that the last pass found.", ["source"])
UNITS_NEW = Counter("biorl_ingester_units_new_total", "Those that had not been read before.", ["source"])
LAST_PASS = Gauge(
    "biorl_ingester_last_pass_timestamp_seconds", "When the last pass over all sources ended, or this process began."
)


class PrometheusObserver:
    """The `Observer` port. The first pass counts as begun when this is made."""

    def __init__(self) -> None:
        self._found: Tally[str] = Tally()
        LAST_PASS.set_to_current_time()

    def took(self, source: str, entry: Entry) -> None:
        ITEMS.labels(source, entry.kind, entry.status, entry.reason).inc()

    def read_unit(self, source: str, seconds: float) -> None:
        UNIT_SECONDS.labels(source).observe(seconds)

    def found(self, source: str, num_units: int, num_new: int) -> None:
        self._found[source] += num_units
        UNITS_NEW.labels(source).inc(num_new)

    def passed(self) -> None:
        for source, num_units in self._found.items():
            UNITS_FOUND.labels(source).set(num_units)
        self._found.clear()
        LAST_PASS.set_to_current_time()
