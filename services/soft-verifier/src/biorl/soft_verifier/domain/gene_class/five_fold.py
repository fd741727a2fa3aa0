"""What papers on classes of genes report: AUROC over 5 stratified folds, 10 times; weights are chosen within a fold."""

import numpy as np
import numpy.typing as npt

from biorl.soft_verifier.domain.gene_class.class_model import Fit, Labels
from biorl.soft_verifier.domain.gene_class.weighing import Views
from biorl.soft_verifier.domain.labelled_quality import auroc

FOLDS, REPEATS = 5, 10


def five_fold(views: Views, label: Labels) -> list[float]:
    """AUROC of each fold of each repeat; a fold without both answers has none."""
    found = []
    for repeat in range(REPEATS):
        folds = _stratified(label, repeat)
        found += [_auroc(views, label, folds != fold) for fold in range(FOLDS)]
    return [value for value in found if value is not None]


def _auroc(views: Views, label: Labels, known: Labels) -> float | None:
    likeness = views.joined(views.among(known).best_weights(label[known]))
    fit = Fit.of(likeness[np.ix_(known, known)], label[known])
    return auroc(likeness[np.ix_(~known, known)] @ fit.coefficient, label[~known])


def _stratified(label: Labels, seed: int) -> npt.NDArray[np.int64]:
    """[gene]: its fold; each fold has its share of both answers."""
    rng, folds = np.random.default_rng(seed), np.zeros(len(label), dtype=np.int64)
    for answer in (False, True):
        rows = np.flatnonzero(label == answer)
        folds[rng.permutation(rows)] = np.arange(len(rows)) % FOLDS
    return folds
