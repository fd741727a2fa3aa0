"""Every metric of the ingester, and the observer that feeds it."""

from collections.abc import Sequence

from prometheus_client import Counter

from biorl.ingester.ports import Entry

INPUTS = Counter(
    "biorl_ingester_inputs", "Papers and perturbations by what became of them.", ["kind", "status", "reason"]
)


class PrometheusObserver:
    """Implements `Observer`."""

    def took(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            INPUTS.labels(entry.kind, entry.status, entry.reason.partition(":")[0]).inc()
