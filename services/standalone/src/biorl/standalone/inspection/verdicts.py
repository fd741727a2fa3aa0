"""What readers said of questions: one JSON object a line, appended; of several about a question the last counts.

{"question": "<id>", "verdict": "reject", "reason": "two answers are right", "at": "2026-11-21T09:30:00+00:00"}
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

WORDS = ("accept", "reject", "none")
"""`none` takes a verdict back."""
MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class Verdict:
    verdict: str
    reason: str


@dataclass(slots=True)
class Verdicts:
    """Of one file. Safe between threads."""

    path: Path
    given: dict[str, Verdict] = field(default_factory=dict)
    """By question id."""
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        if self.path.exists():
            for line in self.path.read_text(encoding="utf-8").splitlines():
                if line.strip():
                    told = json.loads(line)
                    self._take(told["question"], Verdict(told["verdict"], told.get("reason", "")))

    def give(self, question_id: str, verdict: Verdict) -> None:
        """Durable on return. Raises ValueError for a word that is none, or a rejection without a reason."""
        if verdict.verdict not in WORDS or (verdict.verdict == "reject" and not verdict.reason.strip()):
            msg = f"a verdict is one of {', '.join(WORDS)}, and a rejection has a reason"
            raise ValueError(msg)
        told = {"question": question_id, "verdict": verdict.verdict, "reason": verdict.reason[:MAX_REASON].strip()}
        line = json.dumps({**told, "at": datetime.now(UTC).isoformat(timespec="seconds")}, ensure_ascii=False)
        with self._lock:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
                file.flush()
                os.fsync(file.fileno())
            self._take(question_id, verdict)

    def words(self) -> Mapping[str, str]:
        """Verdict by question id."""
        with self._lock:
            return {question_id: verdict.verdict for question_id, verdict in self.given.items()}

    def _take(self, question_id: str, verdict: Verdict) -> None:
        if verdict.verdict == "none":
            self.given.pop(question_id, None)
        else:
            self.given[question_id] = verdict
