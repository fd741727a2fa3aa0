"""What is expected of any perturbation in one context, by whoever has not seen it.

A single gene is judged by the regression without its fold when it is a train perturbation, so that its belief is a
prediction like any other. A pair is built from its genes' own measured shifts where they were measured alone, else from
the regression; a train pair is judged by a combination that has not seen its fold. Shapes: P train perturbations of
one gene, R readouts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from biorl.questions.question import Outcome
from biorl.soft_verifier.domain.coverage import TooLittleMeasuredError
from biorl.soft_verifier.domain.neighbours import LEAST_MASS, NUM_FOLDS, Neighbours, fold_of
from biorl.soft_verifier.domain.shift.combination import ADDITIVE, fit_combination, terms
from biorl.soft_verifier.domain.shift.regression import Regression, fit_regression
from biorl.soft_verifier.domain.shift.table import Floats, ShiftTable, Spread

ALL_FOLDS = NUM_FOLDS
"""Index of what has seen every fold."""
LEAST_PERTURBATIONS = 8
"""Single genes measured; below that nobody has relatives."""
LEAST_PAIRS = 10
"""Measured pairs whose genes were measured alone; below that pairs are plain sums."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Of one perturbation in all readouts."""

    signed: Floats
    """[R]: shift in spreads, up is positive."""
    size: Floats
    """[R]: expected distance from no change in spreads, 0 or more."""

    def score(self, outcome: Outcome) -> Floats:
        """[R]: larger speaks for the outcome."""
        return self.size if outcome is Outcome.DIFFERENTIALLY_EXPRESSED else self.signed


@dataclass(frozen=True, slots=True)
class ShiftModel:
    singles: ShiftTable
    """Train perturbations of one gene; columns as those of `neighbours`."""
    neighbours: Neighbours
    regressions: tuple[Regression, ...]
    """Without each fold, then over all."""
    combinations: Floats
    """[fold, term]"""
    trained_pairs: frozenset[str]

    def expect(self, genes: Sequence[str]) -> Expected | str:
        """Of one or two genes, distinct and normalised; or the reason why nothing is expected."""
        if len(genes) == 1:
            return self._alone(genes[0], self.fold(genes[0]))
        if len(genes) > 2:
            return "combination_not_covered"
        parts = [self._part(gene) for gene in genes]
        first, second = parts
        if isinstance(first, str):
            return first
        return second if isinstance(second, str) else self._together("+".join(sorted(genes)), first, second)

    def _part(self, gene: str) -> Expected | str:
        place = self.neighbours.column.get(gene)
        return self._alone(gene, ALL_FOLDS) if place is None else self._measured(place)

    def fold(self, name: str) -> int:
        """Whose labels and shifts must not be used for it: its own fold, when the train split measured it."""
        is_known = name in self.trained_pairs or name in self.neighbours.column
        return fold_of(name) if is_known else ALL_FOLDS

    def _alone(self, gene: str, fold: int) -> Expected | str:
        if gene not in self.neighbours.row:
            return self.neighbours.gap(gene)
        likeness = self.neighbours.rows([gene]).toarray().astype(np.float64)
        mass = float(likeness[0, self.neighbours.folds != fold].sum())
        if mass < LEAST_MASS:
            return "kernel_mass_too_low"
        signed, size = self.regressions[fold](likeness)
        return Expected(signed[0], size[0])

    def _measured(self, place: int) -> Expected:
        spread = self.spread
        signed = spread.standardised(self.singles.shift[place]) + spread.usual
        return Expected(signed, np.abs(signed))

    @property
    def spread(self) -> Spread:
        """Of all single genes of the train split."""
        return self.regressions[ALL_FOLDS].spread

    def _together(self, name: str, first: Expected, second: Expected) -> Expected:
        usual = self.spread.usual
        weights = self.combinations[self.fold(name)]
        signed = terms(first.signed - usual, second.signed - usual, usual) @ weights + usual
        unsaid = (first.size - np.abs(first.signed)) + (second.size - np.abs(second.signed))
        return Expected(signed, np.abs(signed) + unsaid)

    def additive(self, genes: Sequence[str]) -> Floats | None:
        """[R]: the plain sum of what both genes do alone, in spreads; None where one was not measured alone."""
        places = [self.neighbours.column.get(gene) for gene in genes]
        measured = [self._measured(place).signed for place in places if place is not None]
        return measured[0] + measured[1] if len(measured) == len(genes) == 2 else None


def fit_shift_model(table: ShiftTable, neighbours: Neighbours, kernel: Floats) -> ShiftModel:
    """`table` holds singles and pairs; `kernel` [P, P] is the likeness of the singles, in their order.

    Raises TooLittleMeasuredError.
    """
    is_single = np.array(["+" not in name for name in table.perturbations], dtype=np.bool_)
    singles = table.rows(is_single & np.isfinite(table.shift).any(axis=1))
    if len(singles.perturbations) < LEAST_PERTURBATIONS or len(set(neighbours.folds.tolist())) < 2:
        msg = f"{len(singles.perturbations)} single perturbations with fold changes; {LEAST_PERTURBATIONS} are needed"
        raise TooLittleMeasuredError(msg)
    regressions = tuple(
        fit_regression(singles.shift, kernel, neighbours.folds != fold) for fold in range(NUM_FOLDS + 1)
    )
    plain = np.tile(ADDITIVE, (NUM_FOLDS + 1, 1))
    additive = ShiftModel(singles, neighbours, regressions, plain, frozenset())
    pairs = table.rows(~is_single)
    return ShiftModel(
        singles, neighbours, regressions, _fit_combinations(additive, pairs), frozenset(pairs.perturbations)
    )


def _fit_combinations(model: ShiftModel, pairs: ShiftTable) -> Floats:
    """[fold, term]: from train pairs outside the fold whose genes were both measured alone."""
    rows = [row for row, name in enumerate(pairs.perturbations) if model.additive(name.split("+")) is not None]
    if len(rows) < LEAST_PAIRS:
        return model.combinations
    spread = model.spread
    design = np.stack([_terms_of(model, pairs.perturbations[row]) for row in rows])
    measured = (pairs.shift[rows] - spread.mean) / spread.scale
    folds = np.array([fold_of(pairs.perturbations[row]) for row in rows])
    kept = [folds != fold for fold in range(NUM_FOLDS + 1)]
    return np.stack([fit_combination(design[some], measured[some]) for some in kept])


def _terms_of(model: ShiftModel, pair: str) -> Floats:
    usual = model.spread.usual
    first, second = (model.neighbours.column[gene] for gene in pair.split("+"))
    spread = model.spread
    shifts = model.singles.shift
    return terms(spread.standardised(shifts[first]), spread.standardised(shifts[second]), usual)


def expectations(model: ShiftModel, names: Sequence[str]) -> Iterator[tuple[int, Expected]]:
    """Of the perturbations that something is expected of, with their places in `names`."""
    for place, name in enumerate(names):
        expected = model.expect(name.split("+"))
        if not isinstance(expected, str):
            yield place, expected
