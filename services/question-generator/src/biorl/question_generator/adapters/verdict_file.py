"""Verdicts that readers gave with `biorl inspect`: JSON lines of which the last about a question counts.

A last line without its end was cut off before the reader was told of it, and does not count.
"""

import json
from collections.abc import Mapping
from pathlib import Path


def rejected_in(path: Path) -> Mapping[str, str]:
    """Reason by id of the questions that stand rejected. Raises ValueError for a line that is none, and OSError."""
    reasons: dict[str, str] = {}
    for number, line in enumerate(path.read_bytes().split(b"\n")[:-1], 1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
            question_id, verdict, reason = str(told["question"]), told["verdict"], str(told.get("reason", ""))
        except (ValueError, KeyError, TypeError) as error:
            msg = f"{path.name}, line {number} is no verdict; `biorl inspect` writes them"
            raise ValueError(msg) from error
        reasons.pop(question_id, None)
        if verdict == "reject":
            reasons[question_id] = reason
    return reasons
