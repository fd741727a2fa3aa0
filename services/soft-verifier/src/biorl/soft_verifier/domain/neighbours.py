"""Which perturbed genes are alike, and which of them may vouch for which.

Train perturbations fall into folds by a digest of their name, so a fold never depends on the order or the company of
rows. Shapes: G genes that may be asked about, P train perturbations.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from biorl.genes.similarity import Kernel
from biorl.soft_verifier.domain.belief import Array, Artifact, packed_text
from biorl.soft_verifier.domain.smoothing import Sparse

NUM_FOLDS = 5
LEAST_LIKENESS = 1e-4
"""Fainter likeness is dropped: it changes no score and is nine tenths of the table."""
LEAST_MASS = 0.25
"""Likeness to the train perturbations, summed, below which a gene has no relatives worth asking."""
_CHUNK = 2048


def fold_of(perturbation: str) -> int:
    """0 to NUM_FOLDS - 1, from the name alone."""
    return int.from_bytes(hashlib.sha256(perturbation.encode()).digest()[:8], "big") % NUM_FOLDS


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Likeness of genes to train perturbations."""

    genes: tuple[str, ...]
    """Genes with relatives enough, sorted: the legend of rows."""
    perturbations: tuple[str, ...]
    """Sorted: the legend of columns."""
    likeness: Sparse
    """[G, P], in [0, 1]; 0 where fainter than LEAST_LIKENESS."""
    strangers: frozenset[str]
    """Genes that annotation knows, but that have too few relatives here."""
    folds: npt.NDArray[np.int64]
    """[P]"""
    row: dict[str, int] = field(repr=False, default_factory=dict)
    column: dict[str, int] = field(repr=False, default_factory=dict)

    @classmethod
    def of(
        cls, genes: Sequence[str], perturbations: Sequence[str], likeness: Sparse, strangers: Iterable[str]
    ) -> "Neighbours":
        return cls(
            tuple(genes),
            tuple(perturbations),
            likeness,
            frozenset(strangers),
            np.array([fold_of(name) for name in perturbations], dtype=np.int64),
            {gene: index for index, gene in enumerate(genes)},
            {name: index for index, name in enumerate(perturbations)},
        )

    def gap(self, gene: str) -> str:
        """The reason why nothing is known of a gene that is not among `genes`."""
        return "kernel_mass_too_low" if gene in self.strangers else "gene_not_covered"

    def rows(self, genes: Sequence[str]) -> Sparse:
        """Likeness of these genes [Q, P], float32; an empty row for a gene without relatives."""
        places = [place for place, gene in enumerate(genes) if gene in self.row]
        rows = [self.row[genes[place]] for place in places]
        ones = np.ones(len(places), dtype=np.float32)
        pick = sp.csr_array((ones, (places, rows)), shape=(len(genes), len(self.genes)))
        return sp.csr_array(pick @ self.likeness)

    def arrays(self) -> dict[str, Array]:
        """What an artifact keeps; half precision."""
        return {
            "genes": packed_text(self.genes),
            "perturbations": packed_text(self.perturbations),
            "strangers": packed_text(sorted(self.strangers)),
            "likeness.data": self.likeness.data.astype(np.float16),
            "likeness.indices": self.likeness.indices.astype(np.int32),
            "likeness.indptr": self.likeness.indptr.astype(np.int64),
        }

    @classmethod
    def from_artifact(cls, artifact: Artifact, prefix: str) -> "Neighbours":
        genes, perturbations = artifact.text(f"{prefix}genes"), artifact.text(f"{prefix}perturbations")
        data, indices, indptr = (artifact.arrays[f"{prefix}likeness.{part}"] for part in ("data", "indices", "indptr"))
        likeness = sp.csr_array((data.astype(np.float32), indices, indptr), shape=(len(genes), len(perturbations)))
        return cls.of(genes, perturbations, likeness, artifact.text(f"{prefix}strangers"))


def find_neighbours(kernel: Kernel, perturbations: Sequence[str]) -> Neighbours:
    """Likeness of every annotated gene to single-gene train perturbations; itself counts, but not as a relative."""
    known = kernel.genes
    chunks = [known[start : start + _CHUNK] for start in range(0, len(known), _CHUNK)]
    kept: list[str] = []
    tables: list[Any] = [sp.csr_array((0, len(perturbations)), dtype=np.float32)]
    for chunk in chunks:
        table = kernel.between(chunk, perturbations)
        table[table < LEAST_LIKENESS] = 0
        enough = np.flatnonzero(_mass_of_others(table, chunk, perturbations) >= LEAST_MASS)
        kept += [chunk[index] for index in enough]
        tables.append(sp.csr_array(table[enough].astype(np.float16).astype(np.float32)))
    return Neighbours.of(kept, perturbations, sp.csr_array(sp.vstack(tables)), set(known) - set(kept))


def _mass_of_others(
    table: npt.NDArray[np.float32], genes: Sequence[str], perturbations: Sequence[str]
) -> npt.NDArray[np.float32]:
    column = {name: index for index, name in enumerate(perturbations)}
    mass: npt.NDArray[np.float32] = table.sum(axis=1)
    for row, gene in enumerate(genes):
        if gene in column:
            mass[row] -= table[row, column[gene]]
    return mass
