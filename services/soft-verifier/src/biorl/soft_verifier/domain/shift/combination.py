"""Two genes perturbed together: the sum of what each does alone, corrected by what measured pairs have taught.

Effects of two perturbations mostly add up; where they do not, the usual ways are that the stronger one rules, or that
two effects of one sign saturate or reinforce each other (Norman et al., Science 2019, 365:786). So a pair's shift is a
few numbers times few terms, shrunk towards plain addition: without measured pairs it is plain addition.
Shapes: [..., R] in spreads from the mean shift.
"""

import numpy as np

from biorl.soft_verifier.domain.shift.table import Floats

TERMS = ("sum", "stronger", "agreement", "usual")
ADDITIVE = np.array([1.0, 0.0, 0.0, 1.0])
"""Shifts add up; in spreads from the mean shift, that is the sum and one mean shift more."""
PRIOR = 200.0
"""Readings that plain addition counts for."""


def terms(first: Floats, second: Floats, usual: Floats) -> Floats:
    """[..., R, 4]: of the shifts of both alone, and of the readouts' mean shift."""
    stronger = np.where(np.abs(first) >= np.abs(second), first, second)
    agreement = np.where(first * second > 0, np.sign(first) * np.sqrt(np.abs(first * second)), 0.0)
    return np.stack([first + second, stronger, agreement, np.broadcast_to(usual, first.shape)], axis=-1)


def fit_combination(of_pairs: Floats, measured: Floats) -> Floats:
    """Weights [4] of the terms, from terms [pair, R, 4] and measured shifts [pair, R], NaN where there is none."""
    known = np.isfinite(measured)
    design, target = of_pairs[known], measured[known]
    residual = target - design @ ADDITIVE
    gram = design.T @ design + PRIOR * np.eye(len(ADDITIVE))
    return ADDITIVE + np.linalg.solve(gram, design.T @ residual)
