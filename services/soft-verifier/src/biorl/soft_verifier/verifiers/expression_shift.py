"""`expression-shift`: predicts how far a perturbation moves each readout, and reads from that whether it changes.

Learns from measured log2 fold changes (an h5ad screen, ranked by scanpy; or any effects that have them), not from yes
or no. A single gene's shifts come from its relatives by kernel ridge regression (domain/shift/regression.py); a pair's
from what both genes do alone, with corrections learnt from measured pairs (domain/shift/combination.py). Both become
calibrated probabilities on predictions of perturbations that were held out of each fold.

It abstains on genes that no annotation knows or that have no relatives among the train perturbations, on readouts that
were not measured or that are perturbed themselves, and on three or more genes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from biorl.genes.annotation import Annotation
from biorl.questions.question import Claim, PerturbationClaim
from biorl.soft_verifier.domain.belief import Array, Artifact, Belief, Trained
from biorl.soft_verifier.domain.coverage import Coverage, Fitted, TooLittleMeasuredError, counted, left_out
from biorl.soft_verifier.domain.doubt import chance_of_error
from biorl.soft_verifier.domain.effects import TASKS, Measurements
from biorl.soft_verifier.domain.naming import packed_symbols, unpacked_symbols
from biorl.soft_verifier.domain.neighbours import LEAST_MASS, find_neighbours
from biorl.soft_verifier.domain.reading import fold_rates, score_of
from biorl.soft_verifier.domain.shift.combination import TERMS
from biorl.soft_verifier.domain.shift.outcome import (
    OutcomeModel,
    Predictions,
    fit_readings,
    predicted_rows,
    predictions,
    quality,
)
from biorl.soft_verifier.domain.shift.packing import packed_model, unpacked_model
from biorl.soft_verifier.domain.shift.shift_errors import shift_errors
from biorl.soft_verifier.domain.shift.shift_model import (
    Expected,
    ShiftModel,
    expectations,
    fit_shift_model,
)
from biorl.soft_verifier.domain.shift.table import Floats, ShiftTable, shift_table

NUMBERS_KEPT = 8_000_000
"""Of perturbations' beliefs over all readouts, for each context and outcome: 64 MB."""


class ExpressionShift:
    tasks = tuple(TASKS)

    def __init__(self, artifact: Artifact) -> None:
        self._symbols = unpacked_symbols(artifact)
        self._coverage = Coverage.of(artifact.card["models"], iter(_restored(artifact)))

    @classmethod
    def train(cls, measured: Sequence[Measurements], annotation: Annotation) -> Trained:
        made = Fitted()
        errors: list[dict[str, Any]] = []
        genes: set[str] = set()
        for number, (context, group) in enumerate(groupby(measured, key=lambda part: part.context)):
            parts = list(group)
            try:
                shifts, model = _fit(parts, annotation)
            except TooLittleMeasuredError as error:
                made.left_out += [left_out(part, str(error)) for part in parts]
                continue
            prefix = f"context{number}."
            made.put(prefix, packed_model(model))
            errors.append({"cell_line": context.cell_line, "unit": "spreads"} | shift_errors(model, shifts))
            genes |= {*model.neighbours.genes, *model.neighbours.perturbations, *shifts.readouts}
            for part in parts:
                made.add(part, partial(_fit_outcome, context=prefix, table=shifts, model=model))
        card = {"models": made.models, "left_out": made.left_out, "expression": errors, "limits": _limits()}
        return Trained(made.arrays | packed_symbols(annotation.symbols, genes), card)

    def believe(self, claims: Sequence[Claim]) -> list[Belief]:
        return [self._coverage.ask(claim, self._believe) for claim in claims]

    def rivals(self, claims: Sequence[Any]) -> Mapping[str, Array]:
        """Scores [claim] of plain addition (pairs of genes that were both measured alone) and of the mean shift."""
        found = [self._rivals(claim) for claim in claims]
        return {name: np.array([one[name] for one in found]) for name in ("additive", "mean_shift")}

    def warm_up(self) -> None:
        for model in self._coverage.models.values():
            model.rows((model.shifts.neighbours.perturbations[0],))

    def _believe(self, claim: PerturbationClaim, model: "_Model") -> Belief:
        return model.believe(*self._names(claim))

    def _names(self, claim: PerturbationClaim) -> tuple[tuple[str, ...], str]:
        """Genes once each, in a fixed order, and the readout; under their symbols."""
        normalise = self._symbols.normalise
        return tuple(sorted({normalise(gene) for gene in claim.perturbed_genes})), normalise(claim.readout)

    def _rivals(self, claim: PerturbationClaim) -> dict[str, float]:
        model = self._coverage.find(claim)
        assert not isinstance(model, Belief)  # noqa: S101 - asked of claims that were believed
        return model.rivals(*self._names(claim))


@dataclass(frozen=True, slots=True)
class _Row:
    probability: Floats
    baseline: Floats


@dataclass(frozen=True, slots=True)
class _Model:
    """One context and outcome; a perturbation's beliefs in all readouts are computed once, then looked up."""

    shifts: ShiftModel
    outcome: OutcomeModel
    column: Mapping[str, int]
    rows: Callable[[tuple[str, ...]], "_Row | str"]

    @classmethod
    def of(cls, shifts: ShiftModel, outcome: OutcomeModel) -> "_Model":
        column = {name: place for place, name in enumerate(shifts.singles.readouts)}
        # Of a function, not of a method: a model that refers to itself stays in memory when a newer one takes over.
        rows = lru_cache(max(64, NUMBERS_KEPT // (2 * len(column))))(partial(_row, shifts, outcome))
        return cls(shifts, outcome, column, rows)

    def believe(self, genes: tuple[str, ...], readout: str) -> Belief:
        column = self.column.get(readout)
        if column is None or not self.outcome.measured[column]:
            return Belief.abstained("readout_not_covered")
        if readout in genes:
            return Belief.abstained("readout_perturbed")
        row = self.rows(genes)
        if isinstance(row, str):
            return Belief.abstained(row)
        probability, baseline = float(row.probability[column]), float(row.baseline[column])
        return Belief.scored(probability, baseline, float(chance_of_error(probability)))

    def rivals(self, genes: tuple[str, ...], readout: str) -> dict[str, float]:
        column, usual = self.column[readout], self.shifts.spread.usual
        added = self.shifts.additive(genes)
        trivial = {"mean_shift": usual, "additive": usual if added is None else added}
        return {name: float(score_of(self.outcome.outcome, values)[column]) for name, values in trivial.items()}


def _row(shifts: ShiftModel, outcome: OutcomeModel, genes: tuple[str, ...]) -> _Row | str:
    """Or the reason why nothing is believed of the perturbation."""
    expected = shifts.expect(genes)
    if isinstance(expected, str):
        return expected
    probability, baseline = outcome.probabilities(expected, shifts.fold("+".join(genes)), is_pair=len(genes) > 1)
    return _Row(probability, baseline)


def _fit(parts: Sequence[Measurements], annotation: Annotation) -> tuple[ShiftTable, ShiftModel]:
    table = shift_table(parts)
    measured: npt.NDArray[np.bool_] = np.asarray(np.isfinite(table.shift).any(axis=1))
    singles = [name for at, name in enumerate(table.perturbations) if measured[at] and "+" not in name]
    neighbours = find_neighbours(annotation.kernel, singles)
    kernel = annotation.kernel.between(singles, singles).astype(np.float64)
    return table, fit_shift_model(table, neighbours, kernel)


def _fit_outcome(
    part: Measurements, context: str, table: ShiftTable, model: ShiftModel
) -> tuple[dict[str, Array], dict[str, Any]]:
    """The arrays of a model, and what a card says of it; `context` names the arrays of the shifts."""
    place = {name: column for column, name in enumerate(table.readouts)}
    columns = np.array([place[name] for name in part.readouts], dtype=np.int64)[part.readout]
    rates = fold_rates(part, columns, len(table.readouts))
    alone, pairs = _held_out(part, columns, rates, model)
    first, second, remarks = fit_readings(alone, pairs)
    measured = np.bincount(columns, minlength=len(table.readouts)) > 0
    outcome = OutcomeModel(part.outcome, measured.astype(np.float64), rates, first, second)
    entry = counted(part) | {
        "context": context,
        "num_combinations": sum("+" in name for name in part.perturbations),
        "combination": {"terms": list(TERMS)}
        | {"weights": [round(float(weight), 4) for weight in model.combinations[-1]]},
        "cross_validated": {
            "folds": "by perturbation",
            "coverage": round((len(alone.label) + len(pairs.label)) / len(part.label), 6),
        }
        | quality(alone, first),
        "cross_validated_combinations": quality(pairs, second) if len(pairs.label) else None,
        "remarks": remarks,
    }
    return outcome.arrays(), entry


def _held_out(
    part: Measurements, columns: npt.NDArray[np.int64], rates: Floats, model: ShiftModel
) -> tuple[Predictions, Predictions]:
    """Of single genes and of pairs, by what had not seen them. Raises TooLittleMeasuredError."""
    expected = dict(expectations(model, part.perturbations))
    known, is_pair = predictions(part, columns, rates, expected, _additions(part, model)), _is_pair(part, expected)
    alone = known.where(~is_pair)
    if not len(alone.label):
        raise TooLittleMeasuredError("no perturbation has relatives among the others")
    if len(set(alone.label.tolist())) < 2:
        raise TooLittleMeasuredError("every label is the same: a list of what changed does not say what did not")
    return alone, known.where(is_pair)


def _is_pair(part: Measurements, expected: Mapping[int, Expected]) -> npt.NDArray[np.bool_]:
    rows = predicted_rows(part, expected)
    return np.array(["+" in name for name in part.perturbations], dtype=np.bool_)[part.perturbation[rows]]


def _additions(part: Measurements, model: ShiftModel) -> dict[int, Floats]:
    found = {}
    for place, name in enumerate(part.perturbations):
        added = model.additive(name.split("+"))
        if added is not None:
            found[place] = score_of(part.outcome, added)
    return found


def _restored(artifact: Artifact) -> list[_Model]:
    shared: dict[str, ShiftModel] = {}
    models = []
    for index, entry in enumerate(artifact.card["models"]):
        prefix = entry["context"]
        if prefix not in shared:
            shared[prefix] = unpacked_model(artifact, prefix)
        outcome = OutcomeModel.from_artifact(artifact, f"model{index}.", TASKS[entry["task"]])
        models.append(_Model.of(shared[prefix], outcome))
    return models


def _limits() -> dict[str, Any]:
    return {
        "abstains": "below a summed likeness to train perturbations of `least_mass`; on three or more genes; on "
        "readouts that are perturbed themselves",
        "least_mass": LEAST_MASS,
        "train_perturbations": "judged by the fold that has not seen them",
        "pairs": "from what both genes do alone; a gene that was not measured alone is predicted first",
        "mean_shift": "says the same of every perturbation, so it ranks at one half within a readout",
    }
