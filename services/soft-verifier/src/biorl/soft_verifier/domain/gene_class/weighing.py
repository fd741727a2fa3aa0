"""How much each source of annotation counts for one class of genes.

The annotation comes with weights that do well on most classes. Where they do not, every source counts by how well it
does alone; that is taken only if it does clearly better, since weights that are chosen on few genes fit them by luck.
Everything is judged by leaving out one gene at a time, in closed form (`Fit.left_out`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from biorl.genes.similarity import Kernel
from biorl.soft_verifier.domain.gene_class.class_model import Fit, Labels, Numbers
from biorl.soft_verifier.domain.labelled_quality import auroc

CLEARLY = 0.02
"""AUROC: by so much must weights of its own be better for a class."""


@dataclass(frozen=True, slots=True)
class Views:
    """Likeness of the genes of one class to each other, source by source."""

    likeness: Numbers
    """[source, gene, gene]; on the diagonal 1, and 0 where the source does not know the gene."""
    weights: Numbers
    """[source], as the annotation has them."""
    power: float

    @classmethod
    def of(cls, kernel: Kernel, genes: Sequence[str]) -> Self:
        views = [source.likeness.between(genes, genes) for source in kernel.sources]
        return cls(np.array(views, dtype=np.float64), np.array(kernel.weights, dtype=np.float64), kernel.power)

    def among(self, genes: Labels) -> Self:
        """Of some of the genes."""
        return type(self)(self.likeness[:, genes][:, :, genes], self.weights, self.power)

    def joined(self, weights: Numbers) -> Numbers:
        """[gene, gene], as `Kernel.between` joins the sources."""
        total = np.tensordot(weights, self.likeness, axes=1)
        length = np.sqrt(np.diag(total))
        scale = np.divide(1.0, length, out=np.zeros_like(length), where=length > 0)
        joined: Numbers = np.clip(total * np.outer(scale, scale), 0, 1) ** self.power
        return joined

    def best_weights(self, label: Labels) -> Numbers:
        """[source]: the annotation's, or by what each source knows of this class where that is clearly better."""
        own = np.array([max(0.0, _skill(view, label)) for view in self.likeness])
        if not own.any():
            return self.weights
        gained = _skill(self.joined(own), label) - _skill(self.joined(self.weights), label)
        return own / own.max() if gained > CLEARLY else self.weights


def _skill(likeness: Numbers, label: Labels) -> float:
    """AUROC above one half, of genes left out one by one."""
    found = auroc(Fit.of(likeness, label).left_out(label)[0], label)
    return 0.0 if found is None else found - 0.5
