"""Measured effects, and the labels that a world model may learn from.

Law 7 is held here: `measurements` takes training rows only, whatever it is given, so nothing that a benchmark holds out
can reach an artifact.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from biorl.genes.symbols import Symbols
from biorl.questions.question import Context, Outcome, PerturbationKind, Split


@dataclass(frozen=True, slots=True)
class Effect:
    """What one perturbation did to one readout gene."""

    context: Context
    perturbed_genes: tuple[str, ...]
    readout: str
    split: Split
    differentially_expressed: bool | None = None
    """None when the source gives directions only."""
    direction: int = 0
    """+1 up, -1 down, 0 not changed or not measured."""
    dataset: str = ""
    """Where it was measured ("perturbqa/k562")."""
    log2_fold_change: float | None = None
    """Of the readout against control; None when the source gives labels only."""

    def label(self, outcome: Outcome) -> bool | None:
        """Whether the outcome came about; None when that was not measured."""
        if outcome is Outcome.DIFFERENTIALLY_EXPRESSED:
            return self.differentially_expressed
        return self.direction > 0 if self.direction else None


TASKS = {
    "perturbation.de": Outcome.DIFFERENTIALLY_EXPRESSED,
    "perturbation.direction": Outcome.UP_REGULATED,
}


@dataclass(frozen=True, slots=True)
class Measurements:
    """The labels of one context and one outcome, sorted, so that equal content gives equal arrays."""

    context: Context
    outcome: Outcome
    perturbations: tuple[str, ...]
    """Normalised symbols of the perturbed genes, joined by `+`; the legend of `perturbation`."""
    readouts: tuple[str, ...]
    """Normalised symbols; the legend of `readout`."""
    perturbation: npt.NDArray[np.int64]
    """[row]"""
    readout: npt.NDArray[np.int64]
    """[row]"""
    label: npt.NDArray[np.bool_]
    """[row]"""
    shift: npt.NDArray[np.float64]
    """[row]: log2 fold change, the mean where a pair was measured more than once; NaN where the source gives none."""
    held_out: frozenset[str] = frozenset()
    """Perturbations that a benchmark holds out in this context: names alone, no label of theirs is here."""


def is_own_readout(part: Measurements) -> npt.NDArray[np.bool_]:
    """[row]: whether the readout is one of the perturbed genes."""
    genes = [set(name.split("+")) for name in part.perturbations]
    asked = zip(part.perturbation.tolist(), part.readout.tolist(), strict=True)
    return np.array([part.readouts[readout] in genes[place] for place, readout in asked], dtype=np.bool_)


def perturbation_name(genes: tuple[str, ...], symbols: Symbols) -> str:
    """One name for a set of genes perturbed together, in any order and under any of their synonyms."""
    return "+".join(sorted({symbols.normalise(gene) for gene in genes}))


def in_one_spelling(effects: Iterable[Effect]) -> list[Effect]:
    """Each cell line under one name where datasets differ in its letters' case: "K562" and "k562" are one line."""
    effects = list(effects)
    contexts = sorted({effect.context for effect in effects}, key=str)
    first: dict[Context, Context] = {}
    spelled = {each: first.setdefault(replace(each, cell_line=each.cell_line.casefold()), each) for each in contexts}
    return [
        effect if spelled[effect.context] == effect.context else replace(effect, context=spelled[effect.context])
        for effect in effects
    ]


Place = tuple[str, str, PerturbationKind | None, str]
"""Organism, cell line in lower case, kind of perturbation, name of the perturbation."""


def train_only(effects: Sequence[Effect], symbols: Symbols) -> list[Effect]:
    """The effects that may be learnt from.

    A perturbation that one dataset holds out is not learnt from another that has it in train, under whatever names.
    """
    places = {each: _place(*each, symbols) for each in {(effect.context, effect.perturbed_genes) for effect in effects}}
    held_out = {places[each.context, each.perturbed_genes] for each in effects if each.split is not Split.TRAIN}
    return [effect for effect in effects if places[effect.context, effect.perturbed_genes] not in held_out]


def _place(context: Context, genes: tuple[str, ...], symbols: Symbols) -> Place:
    name = perturbation_name(genes, symbols)
    return context.organism, context.cell_line.casefold(), context.perturbation_kind, name


def held_out_names(effects: Iterable[Effect], symbols: Symbols) -> dict[Context, frozenset[str]]:
    """Perturbations outside the train split, by context: their names, for whoever must leave them out elsewhere too."""
    names: defaultdict[Context, set[tuple[str, ...]]] = defaultdict(set)
    for effect in effects:
        if effect.split is not Split.TRAIN:
            names[effect.context].add(effect.perturbed_genes)
    return {context: frozenset(perturbation_name(name, symbols) for name in found) for context, found in names.items()}


def measurements(
    effects: Iterable[Effect], symbols: Symbols, held_out: Mapping[Context, frozenset[str]] = MappingProxyType({})
) -> list[Measurements]:
    """Labels by context and outcome, contexts and outcomes in order of their names.

    Equal rows (a pair measured in two files) count once. `held_out` is what `held_out_names` gave.
    """
    rows: dict[tuple[Context, Outcome], dict[tuple[str, str, bool], list[float]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for effect in effects:
        assert effect.split is Split.TRAIN, "a held-out effect reached training"  # noqa: S101 - our own invariant
        pair = (perturbation_name(effect.perturbed_genes, symbols), symbols.normalise(effect.readout))
        for outcome in Outcome:
            label = effect.label(outcome)
            if label is not None:
                shifts = rows[effect.context, outcome][*pair, label]
                if effect.log2_fold_change is not None:
                    shifts.append(effect.log2_fold_change)
    return [
        replace(_columns(context, outcome, rows[context, outcome]), held_out=held_out.get(context, frozenset()))
        for context, outcome in sorted(rows, key=_order)
    ]


def _order(key: tuple[Context, Outcome]) -> tuple[str, str, str, str]:
    context, outcome = key
    return context.organism, context.cell_line, str(context.perturbation_kind or ""), str(outcome)


def _columns(context: Context, outcome: Outcome, rows: dict[tuple[str, str, bool], list[float]]) -> Measurements:
    ordered = sorted(rows)
    perturbations = tuple(sorted({row[0] for row in ordered}))
    readouts = tuple(sorted({row[1] for row in ordered}))
    perturbation_place = {name: index for index, name in enumerate(perturbations)}
    readout_place = {name: index for index, name in enumerate(readouts)}
    return Measurements(
        context,
        outcome,
        perturbations,
        readouts,
        np.array([perturbation_place[row[0]] for row in ordered], dtype=np.int64),
        np.array([readout_place[row[1]] for row in ordered], dtype=np.int64),
        np.array([row[2] for row in ordered], dtype=np.bool_),
        np.array([float(np.mean(sorted(rows[row]))) if rows[row] else np.nan for row in ordered], dtype=np.float64),
    )
