"""The Gene Ontology as a graph: what is true of a term is true of the terms above it.

Only `is_a` and `part_of` carry annotation upwards; `regulates` does not. Readers for OBO and for the tab-separated
table of GOSemSim.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from biorl.genes.reading import AnnotationFileError, columns, lines

_CARRYING = {"isa", "is_a", "part_of", "part of"}


@dataclass(frozen=True, slots=True)
class Ontology:
    """From a term to its direct parents over is_a and part_of."""

    parents: Mapping[str, frozenset[str]]

    def ancestors(self, term: str) -> set[str]:
        """Every term above, without the term itself. A loop in a faulty file ends nothing and harms nothing."""
        seen: set[str] = set()
        waiting = [term]
        while waiting:
            for parent in self.parents.get(waiting.pop(), ()):
                if parent not in seen:
                    seen.add(parent)
                    waiting.append(parent)
        return seen - {term}

    def propagate(self, direct: Mapping[str, set[str]]) -> dict[str, set[str]]:
        """Genes of each term and of every term below it (the true-path rule)."""
        carried: dict[str, set[str]] = defaultdict(set)
        for term, genes in direct.items():
            for place in {term, *self.ancestors(term)}:
                carried[place] |= genes
        return dict(carried)


def read_gosemsim(path: Path) -> Ontology:
    """TSV with the columns `go_id`, `relationship` and `parent`, an edge a row."""
    parents: dict[str, set[str]] = defaultdict(set)
    for term, relationship, parent in columns(path, ("go_id", "relationship", "parent")):
        if relationship in _CARRYING and parent != "all":
            parents[term].add(parent)
    return Ontology({term: frozenset(above) for term, above in parents.items()})


def read_gosemsim_names(path: Path) -> dict[str, str]:
    """From a term to its name: the columns `go_id` and `Term` of the same table."""
    return {term: name for term, name in columns(path, ("go_id", "Term")) if term != "all"}


def read_obo_names(path: Path) -> dict[str, str]:
    """From a term to its name, of every [Term] that is not obsolete."""
    stanzas = (dict(reversed(stanza)) for stanza in _stanzas(path) if ("is_obsolete", "true") not in stanza)
    return {stanza["id"]: stanza["name"] for stanza in stanzas if stanza.keys() >= {"id", "name"}}


def read_obo(path: Path) -> Ontology:
    """OBO 1.2 or 1.4: `is_a` and `relationship: part_of` of every [Term] that is not obsolete."""
    parents: dict[str, set[str]] = {}
    for stanza in _stanzas(path):
        term = next((value for tag, value in stanza if tag == "id"), "")
        if term and ("is_obsolete", "true") not in stanza:
            parents[term] = {parent for tag, value in stanza if (parent := _parent(tag, value))}
    if not parents:
        raise AnnotationFileError(path, "has no [Term]")
    return Ontology({term: frozenset(above) for term, above in parents.items()})


def _stanzas(path: Path) -> list[list[tuple[str, str]]]:
    stanzas: list[list[tuple[str, str]]] = []
    in_term = False
    for line in lines(path):
        if line.startswith("["):
            in_term = line.strip() == "[Term]"
            if in_term:
                stanzas.append([])
        elif in_term and ": " in line:
            tag, value = line.split(": ", 1)
            stanzas[-1].append((tag, value.split(" ! ", 1)[0].strip()))
    return stanzas


def _parent(tag: str, value: str) -> str:
    if tag == "is_a":
        return value.split(" ", 1)[0]
    relationship, _, target = value.partition(" ")
    return target.split(" ", 1)[0] if tag == "relationship" and relationship in _CARRYING else ""
