"""How much of what is said of a gene is true, and how much that tells, over the graph of terms.

A term means itself and all terms above it; a gene has the terms that it is annotated with and all above them. Terms are
worth a power of their information, -log of the share of genes that have them (Resnik 1995, IJCAI): "cell" is worth
nothing, and a list of what half of the genes do next to nothing. The share of what is said that is true (as in simGIC,
Pesquita et al. 2008, BMC Bioinformatics 9:S4) is held against what it would be for a gene drawn at random; and listing
many terms makes most of them false, so that stuffing earns less than silence about them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

POWER = 3
"""Of the information. With 1, twelve phrases that hold of many genes earn half of what a gene's own summary earns."""
ENOUGH = 0.5
"""True worth, in units of the rarest term's, that counts as all that can be asked of a rationale."""


@dataclass(slots=True)
class Knowledge:
    """Terms and genes by place. What is above what is found once and kept."""

    parents: Sequence[Sequence[int]]
    """Of each term."""
    annotated: Mapping[str, Sequence[int]]
    """From a gene to its direct terms."""
    share: npt.NDArray[np.float64]
    """[term]: of genes that have it or a term below it."""
    worth: npt.NDArray[np.float64] = field(init=False)
    """[term], in [0, 1]: 1 for a term that no gene or one gene has."""
    _above: dict[int, frozenset[int]] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        rarest = 1 / max(len(self.annotated), 2)
        self.worth = (np.log(np.maximum(self.share, rarest)) / np.log(rarest)) ** POWER

    def above(self, term: int) -> frozenset[int]:
        """The term and every term above it. A loop in a faulty file harms nothing."""
        if term not in self._above:
            seen, waiting = {term}, [term]
            while waiting:
                fresh = [parent for parent in self.parents[waiting.pop()] if parent not in seen]
                seen.update(fresh)
                waiting += fresh
            self._above[term] = frozenset(seen)
        return self._above[term]

    def closed(self, terms: Iterable[int]) -> frozenset[int]:
        return frozenset().union(*(self.above(term) for term in terms))

    def credit(self, gene: str, said: Iterable[int]) -> float:
        """In [0, 1]: truth times the root of how much of it was told. 0 for nothing said."""
        claimed, known = self.closed(said), self.closed(self.annotated[gene])
        claimed_worth = self._sum(claimed)
        if claimed_worth <= 0:
            return 0.0
        true_worth = self._sum(claimed & known)
        truth = self._beyond_chance(true_worth / claimed_worth, claimed, claimed_worth)
        told = min(1.0, true_worth * truth / max(min(ENOUGH, self._sum(known)), 1e-9))
        return float(truth * np.sqrt(told))

    def _beyond_chance(self, truth: float, claimed: frozenset[int], worth: float) -> float:
        places = np.fromiter(claimed, dtype=np.int64)
        chance = float((self.worth[places] * self.share[places]).sum()) / worth
        return max(0.0, (truth - chance) / (1 - chance)) if chance < 1 else 0.0

    def _sum(self, terms: frozenset[int]) -> float:
        return float(self.worth[np.fromiter(terms, dtype=np.int64, count=len(terms))].sum())


def shares(parents: Sequence[Sequence[int]], annotated: Mapping[str, Sequence[int]]) -> npt.NDArray[np.float64]:
    """[term]: share of the genes that have each term or one below it (the true-path rule)."""
    blank = Knowledge(parents, annotated, np.ones(len(parents)))
    counts = np.zeros(len(parents))
    for terms in annotated.values():
        counts[np.fromiter(blank.closed(terms), dtype=np.int64)] += 1
    return counts / max(len(annotated), 1)
