"""When two SMILES are one compound, so that what a benchmark holds out is not learnt from its salt."""

import pytest

from biorl.soft_verifier.domain.molecule.structure import compound


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CCO", "OCC"),
        ("CC(=O)O", "CC(=O)[O-].[Na+]"),
        ("CNCc1ccccc1", "C[NH2+]Cc1ccccc1.[Cl-]"),
        ("NC(=N)c1ccccc1", "NC(=[NH2+])c1ccccc1"),
        ("Oc1ccccn1", "O=c1cccc[nH]1"),
        ("C[C@H](N)C(=O)O", "C[C@@H]([NH3+])C(=O)[O-]"),
        ("F/C=C/F", "FC=CF"),
    ],
)
def test_salts_charges_tautomers_and_mirror_images_are_one_compound(one: str, other: str) -> None:
    assert compound(one) == compound(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("CCO", "CCN"), ("c1ccccc1", "C1CCCCC1"), ("CC=O", "CCO")],
)
def test_other_molecules_are_others(one: str, other: str) -> None:
    assert compound(one) != compound(other)


@pytest.mark.parametrize("nonsense", ["", "no molecule", "C" * 5000])
def test_what_is_no_molecule_stands_for_itself(nonsense: str) -> None:
    assert compound(nonsense) == (nonsense,)
