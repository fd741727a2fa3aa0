"""What a model had learnt from before it is measured: a report says what leaked, whatever the artifact was made of.

An artifact's card names the perturbations whose labels it was made from, line by line. A test perturbation among those
of its own line is not held out at all; one that other lines showed is new to a model of one line alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from biorl.genes.symbols import Symbols
from biorl.soft_verifier.domain.belief import Artifact
from biorl.soft_verifier.domain.effects import perturbation_name
from biorl.soft_verifier.domain.naming import keeps_symbols, unpacked_symbols
from biorl.soft_verifier.domain.panel import Lines

Names = Mapping[str, frozenset[str]]
"""By cell line in lower case."""


@dataclass(frozen=True, slots=True)
class Learnt:
    symbols: Symbols
    trained: Names
    withheld: Names
    """What was held out when it was made, and was learnt from in no line."""
    others: Names
    """The other lines that the model of a line learnt from."""

    @classmethod
    def of(cls, artifact: Artifact) -> Self | None:
        """None for what is not made of perturbations."""
        card = artifact.card
        leakage = card.get("leakage", {})
        if "train_perturbations" not in leakage:
            return None
        sealed = card.get("lines") == Lines.UNSEEN
        others = {
            entry["cell_line"]: [line.casefold() for line in entry["learnt_across_lines"]["lines"]]
            for entry in card["models"]
            if "learnt_across_lines" in entry
        }
        withheld = leakage.get("held_out_perturbations", {}) if sealed else {}
        symbols = unpacked_symbols(artifact) if keeps_symbols(artifact) else Symbols()
        return cls(symbols, *map(_by_line, (leakage["train_perturbations"], withheld, others)))

    def of_held_out(self, cell_line: str, perturbations: Iterable[tuple[str, ...]]) -> dict[str, Any]:
        """How many perturbations of a test split the model has labels of, from its own line and from others."""
        line = cell_line.casefold()
        names = {perturbation_name(genes, self.symbols) for genes in perturbations}
        elsewhere = frozenset[str]().union(*(self.trained[other] for other in self.others.get(line, ())))
        return {
            "num_perturbations": len(names),
            "learnt_in_this_line": len(names & self.trained.get(line, frozenset())),
            "learnt_in_other_lines": len(names & elsewhere - self.withheld.get(line, frozenset())),
        }


def _by_line(names: Mapping[str, Iterable[str]]) -> Names:
    return {line.casefold(): frozenset(found) for line, found in names.items()}
