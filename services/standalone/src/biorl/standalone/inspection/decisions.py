"""What readers decided about questions: a file of JSON lines, appended, that outlives whatever ends the program.

{"question": "<id>", "verdict": "reject", "reason": "unsupported", "note": "", "reviewer": "ann",
 "saw_held_out_answer": false, "at": "2026-11-21T09:30:00+00:00"}

A decision is on disk before it is told; of several about a question the last stands. A line without its end was cut off
before it was told, and is dropped. One program at a time writes to a file. Ids of questions are content digests, so
decisions about a run hold for every export of it: `dataset.verdicts` of the question-generator names the file.
"""

import csv
import fcntl
import io
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from biorl.standalone.errors import BadRequestError

MAX_NOTE = 2000
"""Characters."""


class Verdict(StrEnum):
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNDECIDED = "undecided"
    """A decision was taken back."""


WRITTEN = {Verdict.ACCEPTED: "accept", Verdict.REJECTED: "reject", Verdict.UNDECIDED: "none"}
"""In the file."""
_READ = {word: verdict for verdict, word in WRITTEN.items()}


REASONS: Mapping[str, str] = {
    "wrong_answer": "The answer is wrong",
    "unsupported": "The evidence does not say so",
    "several_answers": "Other answers are right as well",
    "unanswerable": "Nobody could answer it",
    "not_self_contained": "It needs text that is not there",
    "tells_its_answer": "The question tells its answer",
    "trivial": "It asks for nothing worth knowing",
    "garbled": "Its text is damaged",
    "repeated": "Another question asks the same",
    "other": "Something else (say what)",
}
"""Why a question may be rejected."""


class NoDecisionError(ValueError):
    """What was asked for is no decision; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Raises NoDecisionError for a reason outside of `REASONS`, and for `other` without a note."""

    question: str
    verdict: Verdict
    reason: str = ""
    """Of `REASONS`; empty unless rejected."""
    note: str = ""
    reviewer: str = ""
    saw_held_out_answer: bool = False
    """The question is held out, and its answer was shown when this was decided."""
    at: str = ""
    """ISO 8601, UTC."""

    def __post_init__(self) -> None:
        if (self.reason in REASONS) != (self.verdict is Verdict.REJECTED):
            msg = "A rejection needs one of the reasons, and nothing else has one."
            raise NoDecisionError(msg)
        if self.reason == "other" and not self.note.strip():
            msg = "“Something else” needs a note that says what."
            raise NoDecisionError(msg)
        if len(self.note) > MAX_NOTE:
            msg = f"The note has {len(self.note)} characters; {MAX_NOTE} are allowed."
            raise NoDecisionError(msg)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(slots=True)
class DecisionLog:
    """Decisions of one file. Make it by `opened`; not shared between threads."""

    path: Path
    now: Callable[[], str] = _now
    _standing: dict[str, Decision] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._standing = read_decisions(self.path)

    def append(self, decision: Decision) -> Decision:
        """On disk when it returns, with the time at which it was made. Raises OSError, and then nothing was written."""
        made = replace(decision, at=self.now())
        with self.path.open("ab", buffering=0) as file:
            size = file.tell()
            try:
                file.write(_line(made).encode())
                os.fsync(file.fileno())
            except OSError:
                file.truncate(size)
                raise
        self._standing[made.question] = made
        return made

    def of(self, question: str) -> Decision | None:
        """None for one that was never decided, or taken back."""
        found = self._standing.get(question)
        return found if found and found.verdict is not Verdict.UNDECIDED else None

    def standing(self) -> list[Decision]:
        """Decisions that hold now, by question."""
        return standing(self._standing)

    def counts(self) -> Counter[Verdict]:
        return Counter(decision.verdict for decision in self.standing())


@contextmanager
def opened(path: Path) -> Iterator[DecisionLog]:
    """Raises BadRequestError while another program decides there, and for a file that is none of decisions."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            msg = f"another biorl inspect is writing to {path}; end it first (Ctrl-C where it runs)"
            raise BadRequestError(msg) from error
        log = DecisionLog(path)
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)  # what a power cut left of a line
        try:
            yield log
        finally:
            if not path.stat().st_size:
                path.unlink()  # nothing was ever decided


def read_decisions(path: Path) -> dict[str, Decision]:
    """The newest decision about each question; none of a file that is not there. Raises BadRequestError."""
    found: dict[str, Decision] = {}
    lines = path.read_bytes().split(b"\n") if path.is_file() else [b""]
    for number, line in enumerate(lines[:-1], start=1):
        try:
            decision = _decision(json.loads(line))
        except (ValueError, TypeError, KeyError) as error:
            msg = f"{path}, line {number} is no decision of biorl inspect; move the file away, or mend the line"
            raise BadRequestError(msg) from error
        found[decision.question] = decision
    return found


def standing(found: Mapping[str, Decision]) -> list[Decision]:
    """Those that were not taken back, by question."""
    return [found[name] for name in sorted(found) if found[name].verdict is not Verdict.UNDECIDED]


def as_lines(decisions: Iterable[Decision]) -> str:
    """JSON, one decision a line."""
    return "".join(map(_line, decisions))


def as_table(decisions: Iterable[Decision]) -> str:
    """Tab-separated, with a heading; quotes only where a note needs them."""
    text = io.StringIO()
    writer = csv.writer(text, dialect="excel-tab", lineterminator="\n")
    writer.writerow([item.name for item in fields(Decision)])
    writer.writerows(_told(decision).values() for decision in decisions)
    return text.getvalue()


def _told(decision: Decision) -> dict[str, Any]:
    return asdict(decision) | {"verdict": WRITTEN[decision.verdict]}


def _line(decision: Decision) -> str:
    return json.dumps(_told(decision), ensure_ascii=False) + "\n"


def _decision(told: Mapping[str, Any]) -> Decision:
    """A reason in words of one's own, as a person may write by hand, becomes a note."""
    verdict = _READ[told["verdict"]]
    given = {**told, "verdict": verdict}
    if verdict is Verdict.REJECTED and told["reason"] not in REASONS:
        given |= {"reason": "other", "note": told["reason"]}
    return Decision(**given)
