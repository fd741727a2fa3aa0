"""What this service counts. Abstention rate is `verdicts_total{status="abstained"}` over all of `verdicts_total`."""

import logging
from collections import Counter as Tally
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from prometheus_client import Counter, Histogram

from biorl.soft_verifier.domain.belief import Belief, Source, Verdict
from biorl.soft_verifier.domain.comparison import Comparison
from biorl.soft_verifier.ports import ArtifactMissingError, ArtifactUnusableError

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
    "Scores of SCORED verdicts.",
    ["verifier"],
    buckets=[tenth / 10 for tenth in range(1, 11)],
)
PROBABILITIES = Histogram(
    "biorl_soft_verifier_probabilities",
    "Probabilities behind SCORED verdicts; all in one bucket is a world model that tells no claims apart.",
    ["verifier"],
    buckets=[twentieth / 20 for twentieth in range(1, 21)],
)
ERRORS = Counter("biorl_soft_verifier_errors_total", "Times that a verifier raised: bugs of its own.", ["verifier"])

COMPARED = Counter(
    "biorl_soft_verifier_canary_total",
    "Answers that a candidate version was asked for too, by the live status and its own.",
    ["verifier", "candidate", "live", "status"],
)
DIFFERENCE = Histogram(
    "biorl_soft_verifier_canary_difference",
    "How far a candidate's number is from the live one, whichever is larger.",
    ["verifier", "candidate"],
    buckets=(0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1),
)
DROPPED = Counter(
    "biorl_soft_verifier_canary_dropped_total", "Answers that a candidate was too slow for.", ["verifier", "candidate"]
)
CANARY_ERRORS = Counter(
    "biorl_soft_verifier_canary_errors_total", "Times that a candidate raised.", ["verifier", "candidate"]
)
RELOADS = Counter(
    "biorl_soft_verifier_reloads_total", "Newer artifacts found, by outcome (served, failed).", ["verifier", "outcome"]
)


class Metrics:
    """An `Observer` that counts; what is served since when, and a verifier's own error, are logged as well."""

    def believed(self, verifier: str, beliefs: Sequence[Belief]) -> None:
        for (status, reason), count in Tally((belief.status, belief.reason) for belief in beliefs).items():
            BELIEFS.labels(verifier, status, reason).inc(count)

    def judged(self, verifier: str, num_groups: int, verdicts: Iterator[Verdict]) -> None:
        BATCH.labels(verifier).observe(num_groups)
        tally: Tally[tuple[str, str]] = Tally()
        scores, probabilities = SCORES.labels(verifier), PROBABILITIES.labels(verifier)
        for verdict in verdicts:
            tally[verdict.status, verdict.reason] += 1
            if verdict.score is not None:
                scores.observe(verdict.score)
            if verdict.probability is not None:
                probabilities.observe(verdict.probability)
        for (status, reason), count in tally.items():
            VERDICTS.labels(verifier, status, reason).inc(count)

    def failed(self, verifier: str, error: Exception) -> None:
        ERRORS.labels(verifier).inc()
        log.error("verifier_error", exc_info=error, extra={"verifier": verifier})

    def compared(self, candidate: Source, comparisons: Sequence[Comparison]) -> None:
        name, version = candidate.verifier, candidate.version
        for (live, status), count in Tally((item.live, item.candidate) for item in comparisons).items():
            COMPARED.labels(name, version, live, status).inc(count)
        differences = [abs(item.difference) for item in comparisons if item.difference is not None]
        for difference in differences:
            DIFFERENCE.labels(name, version).observe(difference)
        numbers = {"num": len(comparisons), "largest_difference": max(differences, default=None)}
        log.info("canary_compared", extra={"verifier": name, "candidate": version, **numbers})

    def loaded(self, source: Source) -> None:
        """Counts of trouble begin at 0: Prometheus sees no increase in a series that begins with one."""
        ERRORS.labels(source.verifier)
        RELOADS.labels(source.verifier, "failed")
        log.info("verifier_loaded", extra=asdict(source))

    def canary_loaded(self, candidate: Source) -> None:
        about = {"verifier": candidate.verifier, "candidate": candidate.version, "digest": candidate.digest}
        log.info("canary_loaded", extra=about)

    def canary_dropped(self, candidate: Source, num: int) -> None:
        DROPPED.labels(candidate.verifier, candidate.version).inc(num)

    def canary_failed(self, candidate: Source, error: Exception) -> None:
        CANARY_ERRORS.labels(candidate.verifier, candidate.version).inc()
        about = {"verifier": candidate.verifier, "candidate": candidate.version}
        log.error("canary_error", exc_info=error, extra=about)

    def reloaded(self, source: Source) -> None:
        RELOADS.labels(source.verifier, "served").inc()
        log.info("artifact_reloaded", extra=asdict(source))

    def reload_failed(self, verifier: str, error: Exception) -> None:
        RELOADS.labels(verifier, "failed").inc()
        told = isinstance(error, ArtifactMissingError | ArtifactUnusableError)  # in words, at every look
        about = {"verifier": verifier, "why": str(error)}
        log.error("artifact_not_reloaded", exc_info=None if told else error, extra=about)
