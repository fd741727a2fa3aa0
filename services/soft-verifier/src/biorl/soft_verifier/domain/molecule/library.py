"""Molecules that properties share: read once, and kept once in an artifact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from biorl.questions.question import MoleculeClaim
from biorl.soft_verifier.domain.belief import Array
from biorl.soft_verifier.domain.known_labels import KnownLabel
from biorl.soft_verifier.domain.molecule.forest import Matrix
from biorl.soft_verifier.domain.molecule.kinship import Kinship
from biorl.soft_verifier.domain.molecule.mixture import LARGEST
from biorl.soft_verifier.domain.molecule.property_model import Kin
from biorl.soft_verifier.domain.molecule.structure import (
    FRAGMENTS,
    Fragments,
    NotAMoleculeError,
    Structure,
    read_structure,
)


@dataclass(frozen=True, slots=True)
class Library:
    """Every molecule that some property was measured of, once."""

    smiles: tuple[str, ...]
    """Canonical, sorted."""
    counts: npt.NDArray[np.uint8]
    """[row, fragment]; 255 stands for more."""
    descriptors: Matrix
    """[row, descriptor]"""
    fragments: tuple[tuple[Fragments, ...], ...]
    """[row, kind]"""
    fingerprints: npt.NDArray[np.uint64]
    """[row, 32]"""
    place: Mapping[str, int]
    """From a SMILES as it was written to its molecule's row."""

    @classmethod
    def of(cls, labels: Sequence[KnownLabel]) -> Self:
        """What RDKit does not take is left out."""
        found: dict[str, Structure] = {}
        canonical: dict[str, str] = {}
        for written in sorted({smiles_of(label) for label in labels}):
            if structure := _structure(written):
                canonical[written] = structure.canonical
                found[structure.canonical] = structure
        rows = {smiles: row for row, smiles in enumerate(sorted(found))}
        ordered = [found[smiles] for smiles in sorted(found)]
        return cls(
            tuple(sorted(found)),
            np.array([np.minimum(each.features[:FRAGMENTS], 255) for each in ordered], dtype=np.uint8),
            np.array([each.descriptors for each in ordered], dtype=np.float32),
            tuple(each.fragments for each in ordered),
            np.array([each.fingerprint for each in ordered], dtype=np.uint64).reshape(len(ordered), -1),
            {written: rows[smiles] for written, smiles in canonical.items()},
        )

    def features(self, rows: npt.NDArray[np.intp]) -> Matrix:
        return np.concatenate([self.counts[rows].astype(np.float32), self.descriptors[rows]], axis=1)


@dataclass(frozen=True, slots=True)
class Relatives:
    """The molecules of the library that some mixture weighs."""

    rows: npt.NDArray[np.intp]
    """Of the library, sorted."""
    kinship: Kinship

    @classmethod
    def of(cls, library: Library, asked: Sequence[npt.NDArray[np.intp]]) -> Self | None:
        """From the rows of each property; None where all of them have too many."""
        wanted = [rows for rows in asked if few_enough(rows)]
        if not wanted:
            return None
        rows = np.unique(np.concatenate(wanted))
        return cls(rows, Kinship.of([library.fragments[row] for row in rows], library.descriptors[rows]))

    def arrays(self) -> dict[str, Array]:
        own = {"rows": self.rows.astype(np.int32)} | self.kinship.arrays()
        return {f"kinship.{name}": array for name, array in own.items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> Self:
        return cls(arrays["kinship.rows"].astype(np.intp), Kinship.from_arrays(arrays, "kinship."))

    def kin(self, rows: npt.NDArray[np.intp]) -> Kin:
        """Of one property, from its rows."""
        return Kin(self.kinship, np.searchsorted(self.rows, rows))


def few_enough(rows: npt.NDArray[np.intp]) -> bool:
    """Whether every pair of a property's molecules can be looked at."""
    return len(rows) <= LARGEST


def smiles_of(label: KnownLabel) -> str:
    return label.claim.smiles if isinstance(label.claim, MoleculeClaim) else ""


def _structure(smiles: str) -> Structure | None:
    try:
        return read_structure(smiles)
    except NotAMoleculeError:
        return None
