"""One model for each context and outcome, over a table of likeness that several of them share.

For verifiers that judge a perturbation by its relatives (`perturbation-knn`, `perturbation-net`): how they are trained,
and how claims find their model. What was measured too thinly to have relatives is left out, and the card says so.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from biorl.genes.annotation import Annotation
from biorl.questions.question import Claim, PerturbationClaim
from biorl.soft_verifier.domain.belief import Array, Artifact, Belief, Trained, packed_text
from biorl.soft_verifier.domain.coverage import Coverage, Fitted, counted
from biorl.soft_verifier.domain.effects import Measurements
from biorl.soft_verifier.domain.fold_model import Beliefs
from biorl.soft_verifier.domain.naming import packed_symbols, unpacked_symbols
from biorl.soft_verifier.domain.neighbours import LEAST_MASS, Neighbours, find_neighbours
from biorl.soft_verifier.domain.smoothing import Places, Sparse

Parts = Sequence[Measurements]
Fit = Callable[[Measurements, Parts, Neighbours], tuple[Mapping[str, Array], Mapping[str, Any]]]
"""From measurements, and all that share their likeness: a model's arrays and what a card says of it.

Raises TooLittleMeasuredError.
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
    made = Fitted()
    genes: set[str] = set()
    for number, parts in enumerate(groups):
        neighbours = find_neighbours(annotation.kernel, _single_genes(parts))
        shared = f"context{number}."
        genes |= {*neighbours.genes, *neighbours.perturbations, *(name for part in parts for name in part.readouts)}
        made.put(shared, neighbours.arrays())
        for part in parts:
            made.add(part, partial(_fitted, fit, parts, neighbours, shared))
    card = {"models": made.models, "left_out": made.left_out, "limits": dict(LIMITS)}
    return Trained(made.arrays | packed_symbols(annotation.symbols, genes), card)


def _fitted(
    fit: Fit, parts: Parts, neighbours: Neighbours, shared: str, part: Measurements
) -> tuple[Mapping[str, Array], Mapping[str, Any]]:
    arrays, about = fit(part, parts, neighbours)
    return {**arrays, "readouts": packed_text(part.readouts)}, {**counted(part), **about, "neighbours": shared}


def kept_models(artifact: Artifact) -> Iterator[Kept]:
    """What `train_by_context` put into an artifact, in the order of its card."""
    entries = artifact.card["models"]
    shared = {prefix: Neighbours.from_artifact(artifact, prefix) for prefix in {each["neighbours"] for each in entries}}
    for place, entry in enumerate(entries):
        prefix = f"model{place}."
        readouts = {name: column for column, name in enumerate(artifact.text(f"{prefix}readouts"))}
        yield Kept(prefix, entry, shared[entry["neighbours"]], readouts)


class PairBeliever(Protocol):
    """A model of one context and outcome; shapes: G genes of the neighbours, n pairs."""

    @property
    def covered(self) -> npt.NDArray[np.bool_]:
        """[G]: genes with relatives enough."""

    def beliefs(self, likeness: Sparse, gene: Places, readout: Places) -> Beliefs:
        """`gene` [n] and `readout` [n] are places in likeness [G, P] and among the readouts."""


@dataclass(frozen=True, slots=True)
class _Model:
    neighbours: Neighbours
    readouts: Mapping[str, int]
    believer: PairBeliever
    covered: npt.NDArray[np.bool_]

    def gene(self, name: str) -> int | str:
        """Its place, or the reason why nothing is believed of it."""
        place = self.neighbours.row.get(name)
        if place is None:
            return self.neighbours.gap(name)
        return place if self.covered[place] else "kernel_mass_too_low"

    def believe(self, pairs: Sequence[tuple[int, int]]) -> list[Belief]:
        gene, readout = np.array(pairs, dtype=np.int64).T
        beliefs = self.believer.beliefs(self.neighbours.likeness, gene, readout)
        columns = (beliefs.probability.tolist(), beliefs.baseline.tolist(), beliefs.uncertainty.tolist())
        return [Belief.scored(*row) for row in zip(*columns, strict=True)]


class ModelsByContext:
    """Believes claims by the models of an artifact, all claims about one model at once."""

    def __init__(self, artifact: Artifact, restore: Callable[[Artifact, Kept], PairBeliever]) -> None:
        self._symbols = unpacked_symbols(artifact)
        models = (_opened(kept, restore(artifact, kept)) for kept in kept_models(artifact))
        self._coverage = Coverage.of(artifact.card["models"], models)

    def believe(self, claims: Sequence[Claim]) -> list[Belief]:
        found = [self._coverage.ask(claim, self._place) for claim in claims]
        pairs: dict[int, list[tuple[int, int]]] = {}
        for each in found:
            if not isinstance(each, Belief):
                pairs.setdefault(id(each[0]), []).append(each[1:])
        models = {id(model): model for model in self._coverage.models.values()}
        beliefs = {key: iter(models[key].believe(asked)) for key, asked in pairs.items()}
        return [each if isinstance(each, Belief) else next(beliefs[id(each[0])]) for each in found]

    def warm_up(self) -> None:
        for model in self._coverage.models.values():
            model.believe([(0, 0)])

    def _place(self, claim: PerturbationClaim, model: _Model) -> tuple[_Model, int, int] | Belief:
        """The model that is asked, and the places of gene and readout in it; or the abstention."""
        if len(claim.perturbed_genes) > 1:
            return Belief.abstained("combination_not_covered")
        perturbed, asked = (self._symbols.normalise(name) for name in (claim.perturbed_genes[0], claim.readout))
        if perturbed == asked:
            return Belief.abstained("readout_perturbed")  # its change is the intervention
        readout = model.readouts.get(asked)
        if readout is None:
            return Belief.abstained("readout_not_covered")
        gene = model.gene(perturbed)
        return Belief.abstained(gene) if isinstance(gene, str) else (model, gene, readout)


def _opened(kept: Kept, believer: PairBeliever) -> _Model:
    return _Model(kept.neighbours, kept.readouts, believer, believer.covered)


def _single_genes(parts: Parts) -> list[str]:
    return sorted({name for part in parts for name in part.perturbations if "+" not in name})
