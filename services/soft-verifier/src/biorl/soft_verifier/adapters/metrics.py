"""What this service counts. Abstention rate is `verdicts_total{status="abstained"}` over all of `verdicts_total`."""

import logging
from collections import Counter as Tally
from collections.abc import Iterator, Sequence

from prometheus_client import Counter, Histogram

from biorl.soft_verifier.domain.belief import Belief, Verdict

log = logging.getLogger(__name__)

REQUESTS = Counter(
    "biorl_soft_verifier_requests_total", "Calls answered, by method (Verify, Predict).", ["verifier", "method"]
)
LATENCY = Histogram(
    "biorl_soft_verifier_latency_seconds",
    "From the call's arrival to its answer, waiting for a free thread included.",
    ["verifier", "method"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
BATCH = Histogram(
    "biorl_soft_verifier_batch_groups",
    "Questions in a Verify call.",
    ["verifier"],
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096),
)
VERDICTS = Counter(
    "biorl_soft_verifier_verdicts_total", "Completions judged, by status and reason.", ["verifier", "status", "reason"]
)
BELIEFS = Counter(
    "biorl_soft_verifier_beliefs_total", "Claims asked through Predict.", ["verifier", "status", "reason"]
)
SCORES = Histogram(
    "biorl_soft_verifier_scores",
    "Scores of SCORED verdicts; a pile at one value is a verifier that has stopped telling answers apart.",
    ["verifier"],
    buckets=[tenth / 10 for tenth in range(1, 11)],
)
ERRORS = Counter("biorl_soft_verifier_errors_total", "Times that a verifier raised: bugs of its own.", ["verifier"])


class Metrics:
    """An `Observer` that counts; a verifier's own error is logged as well."""

    def believed(self, verifier: str, beliefs: Sequence[Belief]) -> None:
        for (status, reason), count in Tally((belief.status, belief.reason) for belief in beliefs).items():
            BELIEFS.labels(verifier, status, reason).inc(count)

    def judged(self, verifier: str, num_groups: int, verdicts: Iterator[Verdict]) -> None:
        BATCH.labels(verifier).observe(num_groups)
        tally: Tally[tuple[str, str]] = Tally()
        scores = SCORES.labels(verifier)
        for verdict in verdicts:
            tally[verdict.status, verdict.reason] += 1
            if verdict.score is not None:
                scores.observe(verdict.score)
        for (status, reason), count in tally.items():
            VERDICTS.labels(verifier, status, reason).inc(count)

    def failed(self, verifier: str, error: Exception) -> None:
        ERRORS.labels(verifier).inc()
        log.error("verifier_error", exc_info=error, extra={"verifier": verifier})
