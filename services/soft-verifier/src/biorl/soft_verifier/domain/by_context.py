"""One model for each context and outcome, over a table of likeness that several of them share.

For verifiers that judge a perturbation by its relatives (`perturbation-knn`, `perturbation-net`). What was measured too
thinly to have relatives is left out, and the card says so.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from biorl.genes.annotation import Annotation
from biorl.soft_verifier.domain.belief import Array, Artifact, Trained, packed_text
from biorl.soft_verifier.domain.coverage import counted, left_out
from biorl.soft_verifier.domain.effects import Measurements
from biorl.soft_verifier.domain.fold_model import TooFewRelativesError
from biorl.soft_verifier.domain.naming import packed_symbols
from biorl.soft_verifier.domain.neighbours import LEAST_MASS, Neighbours, find_neighbours

Parts = Sequence[Measurements]
Fit = Callable[[Measurements, Parts, Neighbours], tuple[Mapping[str, Array], Mapping[str, Any]]]
"""From measurements, and all that share their likeness: a model's arrays and what a card says of it.

Raises TooFewRelativesError.
"""

LIMITS: Mapping[str, Any] = {
    "abstains": "below a summed likeness to train perturbations of `least_mass`; on combinations of genes",
    "least_mass": LEAST_MASS,
    "train_perturbations": "judged by the fold that has not seen them",
}


@dataclass(frozen=True, slots=True)
class Kept:
    """One model of an artifact, before it is restored."""

    prefix: str
    """Of its arrays' names."""
    entry: Mapping[str, Any]
    """What the card says of it."""
    neighbours: Neighbours
    readouts: Mapping[str, int]
    """Their places in the model."""


def sharing_likeness(measured: Parts, *, across_lines: bool) -> list[list[Measurements]]:
    """What shares a table of likeness: a context's outcomes, or all lines of one organism and kind of perturbation."""

    def key(part: Measurements) -> tuple[str, ...]:
        line = "" if across_lines else part.context.cell_line
        return part.context.organism, str(part.context.perturbation_kind or ""), line

    return [list(group) for _, group in groupby(sorted(measured, key=key), key=key)]


def train_by_context(groups: Sequence[Parts], annotation: Annotation, fit: Fit) -> Trained:
    """A model for each of the measurements; those of a group share a table of likeness."""
    arrays: dict[str, Array] = {}
    entries: list[dict[str, Any]] = []
    gaps: list[dict[str, Any]] = []
    genes: set[str] = set()
    for number, parts in enumerate(groups):
        neighbours = find_neighbours(annotation.kernel, _single_genes(parts))
        shared = f"context{number}."
        genes |= {*neighbours.genes, *neighbours.perturbations, *(name for part in parts for name in part.readouts)}
        arrays |= _prefixed(shared, neighbours.arrays())
        for part in parts:
            try:
                model, about = fit(part, parts, neighbours)
            except TooFewRelativesError:
                gaps.append(left_out(part, "too_few_relatives"))
                continue
            arrays |= _prefixed(f"model{len(entries)}.", {**model, "readouts": packed_text(part.readouts)})
            entries.append(counted(part) | {**about, "neighbours": shared})
    card = {"models": entries, "left_out": gaps, "limits": dict(LIMITS)}
    return Trained(arrays | packed_symbols(annotation.symbols, genes), card)


def kept_models(artifact: Artifact) -> Iterator[Kept]:
    """What `train_by_context` put into an artifact, in the order of its card."""
    entries = artifact.card["models"]
    shared = {prefix: Neighbours.from_artifact(artifact, prefix) for prefix in {each["neighbours"] for each in entries}}
    for place, entry in enumerate(entries):
        prefix = f"model{place}."
        readouts = {name: column for column, name in enumerate(artifact.text(f"{prefix}readouts"))}
        yield Kept(prefix, entry, shared[entry["neighbours"]], readouts)


def _single_genes(parts: Parts) -> list[str]:
    return sorted({name for part in parts for name in part.perturbations if "+" not in name})


def _prefixed(prefix: str, arrays: Mapping[str, Array]) -> dict[str, Array]:
    return {f"{prefix}{name}": array for name, array in arrays.items()}
