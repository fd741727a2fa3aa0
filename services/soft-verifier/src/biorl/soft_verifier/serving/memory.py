"""Beliefs already formed, of one version of one verifier; the oldest is forgotten first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from threading import Lock

from biorl.questions.question import Claim
from biorl.soft_verifier.domain.belief import Belief, Status

LASTING = (Status.SCORED, Status.ABSTAINED, Status.INVALID)
"""What is worth remembering: a model that was away or late may answer the next time."""


@dataclass(slots=True)
class Memory:
    size: int
    beliefs: dict[Claim, Belief] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def remember(self, new: Mapping[Claim, Belief]) -> None:
        """What lasts of it."""
        with self.lock:
            self.beliefs.update({claim: belief for claim, belief in new.items() if belief.status in LASTING})
            surplus = max(0, len(self.beliefs) - self.size)
            for claim in list(islice(self.beliefs, surplus)):
                del self.beliefs[claim]
