"""Likeness to a library: a kernel, exact in what is shared, the same for a molecule alone and among others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biorl.soft_verifier.domain.molecule.kinship import MOST, Index, Kinship
from biorl.soft_verifier.domain.molecule.structure import Fragments, Structure, read_structure

SMILES = ("CCO", "CCCO", "CCCCCCCCCCCCO", "c1ccccc1O", "c1ccccc1", "CC(=O)O", "[Na+]", "c1ccncc1CC(=O)O")


def kinship(structures: list[Structure]) -> Kinship:
    return Kinship.of([each.fragments for each in structures], np.array([each.descriptors for each in structures]))


def table() -> np.ndarray:
    structures = [read_structure(smiles) for smiles in SMILES]
    known = kinship(structures)
    return np.array([known.to(each.fragments, each.descriptors) for each in structures])


def test_it_is_symmetric_and_positive_and_one_to_itself_where_there_are_fragments() -> None:
    alike = table()
    assert np.allclose(alike, alike.T, atol=1e-6)
    assert np.linalg.eigvalsh(alike).min() > -1e-6
    assert alike[0, 0] == pytest.approx(1, abs=0.1)  # ethanol has no torsion
    assert alike[3, 3] == pytest.approx(1)


def test_relatives_are_more_alike_than_strangers() -> None:
    alike = table()
    ethanol, propanol, benzene = (SMILES.index(smiles) for smiles in ("CCO", "CCCO", "c1ccccc1"))
    assert alike[ethanol, propanol] > alike[ethanol, benzene]


def fragments(counts: dict[int, int]) -> Fragments:
    return np.array(sorted(counts), dtype=np.intp), np.array([counts[key] for key in sorted(counts)], dtype=np.uint32)


held = st.dictionaries(st.integers(0, 2047), st.integers(1, 20), max_size=6)


@given(st.lists(held, min_size=1, max_size=5), held)
def test_what_is_shared_is_the_least_counts_over_the_greatest(
    library: list[dict[int, int]], asked: dict[int, int]
) -> None:
    found = Index.of([fragments(each) for each in library]).alike(fragments(asked))
    for each, value in zip(library, found, strict=True):
        pairs = [(min(each.get(key, 0), MOST), min(asked.get(key, 0), MOST)) for key in each | asked]
        greatest = sum(max(pair) for pair in pairs)
        assert value == pytest.approx(sum(min(pair) for pair in pairs) / greatest if greatest else 0)


def test_descriptors_that_are_the_same_in_all_molecules_say_nothing() -> None:
    phenol = read_structure("c1ccccc1O")
    assert kinship([phenol, phenol]).to(phenol.fragments, phenol.descriptors) == pytest.approx([1, 1])


def test_arrays_give_it_back() -> None:
    known, asked = kinship([read_structure(smiles) for smiles in SMILES]), read_structure("CCCCO")
    arrays = {f"kinship.{name}": array for name, array in known.arrays().items()}
    again = Kinship.from_arrays(arrays, "kinship.")
    assert np.array_equal(again.to(asked.fragments, asked.descriptors), known.to(asked.fragments, asked.descriptors))
