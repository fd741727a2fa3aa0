"""How far predicted fold changes lie from measured ones, beside models that know nothing of the perturbation.

"No change" and the mean shift over perturbations are the two baselines that expression-level models are known to
lose to (Ahlmann-Eltze et al., Nature Methods 2025); plain addition is the one for pairs. Root mean squares over
readouts, in spreads; train perturbations, each judged by what has not seen it.
"""

from typing import Any

import numpy as np

from biorl.soft_verifier.domain.shift.shift_model import ALL_FOLDS, ShiftModel, expectations
from biorl.soft_verifier.domain.shift.table import MOST_SPREADS, Floats, ShiftTable


def shift_errors(model: ShiftModel, table: ShiftTable) -> dict[str, Any]:
    """For single genes and for pairs; None for a kind of which nothing is predicted."""
    is_pair = np.array(["+" in name for name in table.perturbations], dtype=np.bool_)
    return {name: _errors(model, table.rows(kept)) for name, kept in (("singles", ~is_pair), ("pairs", is_pair))}


def _errors(model: ShiftModel, table: ShiftTable) -> dict[str, Any] | None:
    expected = dict(expectations(model, table.perturbations))
    rows = [place for place in expected if np.isfinite(table.shift[place]).any()]
    if not rows:
        return None
    names = [table.perturbations[row] for row in rows]
    scale = model.spread.scale
    measured = table.shift[rows]
    known, truth = np.isfinite(measured), np.clip(np.nan_to_num(measured) / scale, -MOST_SPREADS, MOST_SPREADS)
    # What has not seen a single gene has spreads of its own; pairs are put together from all singles.
    spreads = [model.regressions[ALL_FOLDS if "+" in name else model.fold(name)].spread for name in names]
    units = np.stack([spread.scale for spread in spreads]) / scale
    found = {
        "model": np.stack([expected[row].signed for row in rows]) * units,
        "mean_shift": np.stack([spread.usual for spread in spreads]) * units,
        "no_change": np.zeros_like(truth),
    }
    added = [each for name in names if (each := model.additive(name.split("+"))) is not None]
    if len(added) == len(rows):
        found["additive"] = np.stack(added)
    errors = {name: _root_mean_square((guess - truth)[known]) for name, guess in sorted(found.items())}
    return {"num_perturbations": len(rows)} | errors


def _root_mean_square(values: Floats) -> float:
    return round(float(np.sqrt(np.mean(values**2))), 6)
