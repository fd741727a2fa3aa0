"""Kernel ridge regression of shifts on likeness: an unseen perturbation moves expression as its relatives' did.

Two things are learnt over the same kernel: where each readout goes (signed), and how far (its size). The second is not
the size of the first: relatives that pull a readout hard in opposite directions average to nothing, and still say that
it will not stay where it is. Both are cut to their strongest directions, so that readouts that move together lend each
other evidence. What a perturbation did not measure is first filled in from its relatives that did, so that lists of
significant readouts alone can be learnt from. Shapes: P train perturbations, R readouts, D directions, Q queries.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from biorl.soft_verifier.domain.shift.table import Floats, Spread, fit_spread

RIDGE = 1.0
"""Likeness that stands against the evidence. From .3 to 3 hardly differ; like RANK, set by cross-validation over train
perturbations of a simulated screen and of Adamson et al. 2016."""
RANK = 16
"""Directions kept."""


@dataclass(frozen=True, slots=True)
class Component:
    """A regression onto its strongest directions."""

    weights: Floats
    """[P, D]; 0 for perturbations that were not seen."""
    directions: Floats
    """[D, R]"""

    def __call__(self, likeness: Floats) -> Floats:
        """From likeness [Q, P] to [Q, R]."""
        return (likeness @ self.weights) @ self.directions


@dataclass(frozen=True, slots=True)
class Regression:
    """Fitted on some of the train perturbations."""

    spread: Spread
    usual_size: Floats
    """[R]: mean distance from no change, in spreads."""
    signed: Component
    """To shifts, in spreads from the mean."""
    size: Component
    """To distances from no change above the usual one, in spreads."""

    def __call__(self, likeness: Floats) -> tuple[Floats, Floats]:
        """(signed, size) [Q, R] in spreads: shift, and expected distance from no change."""
        signed = self.signed(likeness) + self.spread.usual
        return signed, np.maximum(self.size(likeness) + self.usual_size, np.abs(signed))


def fit_regression(shift: Floats, kernel: Floats, seen: npt.NDArray[np.bool_]) -> Regression:
    """From shifts [P, R] and likeness [P, P] of the perturbations that are `seen` [P]."""
    spread, inner, known = fit_spread(shift[seen]), kernel[np.ix_(seen, seen)], np.isfinite(shift[seen])
    signed = spread.standardised(shift[seen])
    size = np.abs(signed + spread.usual) * known
    usual_size = size.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    solve = np.asarray(np.linalg.inv(inner + RIDGE * np.eye(len(inner))), dtype=np.float64)
    parts = (_filled(values * known, known, inner) for values in (signed, size - usual_size))
    return Regression(spread, usual_size, *(_component(values, solve, seen) for values in parts))


def _filled(values: Floats, known: npt.NDArray[np.bool_], inner: Floats) -> Floats:
    """`values` [S, R] are 0 where nothing was measured; there, what relatives did takes the place."""
    if known.all():
        return values
    return np.where(known, values, (inner @ values) / (inner @ known.astype(np.float64) + RIDGE))


def _component(values: Floats, solve: Floats, seen: npt.NDArray[np.bool_]) -> Component:
    """By the eigenvectors of the perturbations' inner products: there are fewer perturbations than readouts."""
    squares, vectors = np.linalg.eigh(values @ values.T)
    order = np.argsort(-squares)[:RANK]
    kept = order[squares[order] > 1e-9 * max(squares.max(initial=0), 1e-12)]
    weights = np.zeros((len(seen), len(kept)))
    weights[seen] = solve @ vectors[:, kept]
    return Component(weights, vectors[:, kept].T @ values)
