"""What a completion says, as far as anybody can tell without knowing biology.

A completion whose answer cannot be read is the policy's own fault. It is decided here, once, and not by each verifier,
so that all parts of a composition agree on it.
"""

from dataclasses import dataclass, replace

from biorl.answers.checking import check
from biorl.answers.extraction import extract_answer
from biorl.answers.spec import AnswerSpec


@dataclass(frozen=True, slots=True)
class Reading:
    """One completion, read against what its question takes as an answer."""

    completion: str
    rationale: str
    """The think part, else what stands before the answer."""
    fault: str
    """Snake-case code of why it answers nothing; empty for an answer of the declared type, right or wrong."""

    @property
    def is_malformed(self) -> bool:
        return bool(self.fault)


def read(spec: AnswerSpec, completion: str) -> Reading:
    """Raises biorl.answers.checker.InvalidSpecError when the question cannot be answered at all."""
    extraction = extract_answer(completion)
    if extraction.answer is None:
        return Reading(completion, extraction.rationale, extraction.reason)
    without_gold = replace(spec, gold=None, accepted=())
    outcome = check(without_gold, extraction.answer)
    return Reading(completion, extraction.rationale, "" if outcome.canonical else outcome.reason)
