"""One class of genes: regularised least squares on the likeness of genes, both answers weighing the same.

There are few hundred labels and tens of thousands of features, and genes are finite. So everything is closed form,
every training gene is scored as if its own label were not there (leave one out, exactly), and what comes out is one
number for each gene that annotation knows: no model is left to serve, and no training gene is remembered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from biorl.genes.similarity import Kernel

Numbers = npt.NDArray[np.float64]
Labels = npt.NDArray[np.bool_]
RIDGE = 1.0
CHUNK = 2048
"""Genes scored at once: some 30 MB."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What leave-one-out needs, in closed form."""

    inverse: Numbers
    """[train, train] of likeness plus noise."""
    noise: Numbers
    """[train]: a label of the rarer answer counts for more, so it has less."""
    coefficient: Numbers
    """[train]"""

    @classmethod
    def of(cls, likeness: Numbers, label: Labels) -> Self:
        """From likeness [train, train] and labels [train] of both kinds."""
        noise = RIDGE * 2 * np.where(label, label.mean(), 1 - label.mean())
        inverse = np.asarray(np.linalg.inv(likeness + np.diag(noise)), dtype=np.float64)
        return cls(inverse, noise, inverse @ _signs(label))

    def left_out(self, label: Labels) -> tuple[Numbers, Numbers]:
        """(score, variance) [train] of each gene without its own label."""
        precision = np.diag(self.inverse)
        return _signs(label) - self.coefficient / precision, np.clip(1 / precision - self.noise, 0, 1)

    def scores(self, likeness: Numbers) -> tuple[Numbers, Numbers]:
        """(score, variance) [gene] from likeness [gene, train]; a gene unlike any has score 0 and variance 1."""
        explained = np.einsum("gt,gt->g", likeness @ self.inverse, likeness)
        return likeness @ self.coefficient, np.clip(1 - explained, 0, 1)


def _signs(label: Labels) -> Numbers:
    return np.where(label, 1.0, -1.0)


@dataclass(frozen=True, slots=True)
class Scores:
    """[gene]; of a training gene, without its own label."""

    score: Numbers
    variance: Numbers
    nearest: Numbers
    """Likeness to the most alike training gene, negative where that is not of the class."""


def score_all(kernel: Kernel, genes: Sequence[str], train: Sequence[str], label: Labels) -> tuple[Scores, Scores]:
    """Of `genes`, and of `train`, which are among them, each once."""
    likeness = kernel.between(train, train).astype(np.float64)
    fit = Fit.of(likeness, label)
    parts = [_scored(kernel, genes[start : start + CHUNK], train, label, fit) for start in range(0, len(genes), CHUNK)]
    score, variance, nearest = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    own = Scores(*fit.left_out(label), _nearest(likeness - 2 * np.eye(len(train)), label))
    place = {gene: row for row, gene in enumerate(genes)}
    rows = [place[gene] for gene in train]
    score[rows], variance[rows], nearest[rows] = own.score, own.variance, own.nearest
    return Scores(score, variance, nearest), own


def _scored(
    kernel: Kernel, genes: Sequence[str], train: Sequence[str], label: Labels, fit: Fit
) -> tuple[Numbers, Numbers, Numbers]:
    likeness = kernel.between(genes, train).astype(np.float64)
    return *fit.scores(likeness), _nearest(likeness, label)


def _nearest(likeness: Numbers, label: Labels) -> Numbers:
    best = likeness.argmax(axis=1)
    return np.asarray(likeness[np.arange(len(likeness)), best] * _signs(label)[best], dtype=np.float64)
