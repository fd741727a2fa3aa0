"""A molecule as numbers: counted fragments (ECFP4, pairs of atoms, torsions) and descriptors, by RDKit.

RDKit is imported when the first molecule is read, so that a server without molecules does not need it. Descriptors are
those that RDKit computes fast (a molecule takes about 1 ms): sizes, rings, polarity, logP, connectivity, surface by
charge, lipophilicity and refractivity, atom and bond counts.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

MAX_SMILES = 1000
"""Characters; bounds the time that RDKit spends on hostile input."""
FRAGMENTS = 2048
"""Of each kind, hashed."""
KINDS = 3
LARGEST = 1e6
"""Descriptors are cut off there: a few grow without bounds."""
_DESCRIPTORS = ("amw", "CrippenClogP")
"""The two that the trivial baseline looks at."""
Fragments = tuple[npt.NDArray[np.intp], npt.NDArray[np.uint32]]
"""Those that are there, and how often."""


@dataclass(frozen=True, slots=True)
class Structure:
    canonical: str
    """SMILES."""
    features: npt.NDArray[np.float32]
    """[feature]: counts of circular fragments, then descriptors."""
    fragments: tuple[Fragments, ...]
    """[KINDS]: circular ones, pairs of atoms, torsions."""
    fingerprint: npt.NDArray[np.uint64]
    """[32]: which circular fragments are there, as bits."""

    @property
    def descriptors(self) -> npt.NDArray[np.float32]:
        return self.features[FRAGMENTS:]


class NotAMoleculeError(ValueError):
    """The SMILES is none; the message is a snake-case reason."""


@lru_cache(maxsize=8192)
def read_structure(smiles: str) -> Structure:
    """Raises NotAMoleculeError for what RDKit does not take for a molecule."""
    from rdkit import Chem, rdBase  # noqa: PLC0415 - half a second that other verifiers need not pay

    if len(smiles) > MAX_SMILES:
        raise NotAMoleculeError("smiles_too_long")
    with rdBase.BlockLogs():
        molecule: Any = Chem.MolFromSmiles(smiles)
        if molecule is None or not molecule.GetNumAtoms():
            raise NotAMoleculeError("smiles_invalid")
        kinds: list[npt.NDArray[np.uint32]] = [kind.GetCountFingerprintAsNumPy(molecule) for kind in _generators()]
        counts = kinds[0]
        features = np.concatenate([counts, _descriptors(molecule)]).astype(np.float32)
        bits = np.packbits(counts > 0).view(np.uint64)
        fragments = tuple((found := np.flatnonzero(kind), kind[found]) for kind in kinds)
        return Structure(str(Chem.MolToSmiles(molecule)), features, fragments, bits)


@lru_cache(maxsize=65536)
def compound(smiles: str) -> tuple[str, ...]:
    """What is the same for a molecule, its salts, its charged forms, its stereoisomers and those tautomers in which
    hydrogen moves between heteroatoms. A SMILES that is none stands for itself."""
    from rdkit import Chem, rdBase  # noqa: PLC0415
    from rdkit.Chem import rdMolHash  # noqa: PLC0415

    with rdBase.BlockLogs():
        molecule: Any = Chem.MolFromSmiles(smiles) if len(smiles) <= MAX_SMILES else None
        if molecule is None or not molecule.GetNumAtoms():
            return (smiles,)
        Chem.RemoveStereochemistry(molecule)
        parts: Any = Chem.GetMolFrags(molecule, asMols=True)
        largest = max(parts, key=lambda part: (part.GetNumHeavyAtoms(), Chem.MolToSmiles(part)))
        skeleton, hydrogens, charge = rdMolHash.MolHash(largest, rdMolHash.HashFunction.HetAtomTautomer).rsplit("_", 2)
    return skeleton, str(int(hydrogens) - int(charge))


@lru_cache(maxsize=1)
def _generators() -> tuple[Any, ...]:
    from rdkit.Chem import rdFingerprintGenerator  # noqa: PLC0415

    return (
        rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=FRAGMENTS),
        rdFingerprintGenerator.GetAtomPairGenerator(fpSize=FRAGMENTS),
        rdFingerprintGenerator.GetTopologicalTorsionGenerator(fpSize=FRAGMENTS),
    )


@lru_cache(maxsize=1)
def _properties() -> Any:
    from rdkit.Chem import rdMolDescriptors  # noqa: PLC0415

    return rdMolDescriptors.Properties()


def _descriptors(molecule: Any) -> npt.NDArray[np.float64]:
    from rdkit.Chem import rdMolDescriptors  # noqa: PLC0415

    calculate: Any = rdMolDescriptors
    surfaces = (calculate.SlogP_VSA_, calculate.SMR_VSA_, calculate.PEOE_VSA_, calculate.MQNs_)
    values = [*_properties().ComputeProperties(molecule), *(number for kind in surfaces for number in kind(molecule))]
    return np.clip(np.nan_to_num(np.array(values, dtype=np.float64), nan=0.0), -LARGEST, LARGEST)


def weight_and_log_p(features: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """[row, 2]: molecular weight in Da and Crippen's logP, out of [row, feature]."""
    names = list(_properties().GetPropertyNames())
    places = [FRAGMENTS + names.index(name) for name in _DESCRIPTORS]
    return features[:, places].astype(np.float64)


def software() -> str:
    """Descriptors may change from one release to the next: an artifact says which one it was made with."""
    import rdkit  # noqa: PLC0415

    return f"RDKit {rdkit.__version__}"


def likeness(query: npt.NDArray[np.uint64], others: npt.NDArray[np.uint64]) -> npt.NDArray[np.float32]:
    """[row]: Tanimoto coefficient of a fingerprint [32] with others [row, 32]; 0 where both are empty."""
    shared: npt.NDArray[np.int32] = np.bitwise_count(others & query).sum(axis=1, dtype=np.int32)
    either: npt.NDArray[np.int32] = np.bitwise_count(others | query).sum(axis=1, dtype=np.int32)
    return (shared / np.maximum(either, 1)).astype(np.float32)
