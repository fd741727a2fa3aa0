"""How questions about properties of molecules read.

The properties with words of their own are MoleculeNet's, as the ingester names them; any other is asked about by its
name.
"""

_YES_OR_NO = {
    "BBBP": "Does the molecule {smiles} cross the blood-brain barrier ?",
    "BACE": "Does the molecule {smiles} inhibit human beta-secretase 1 ( BACE1 ) ?",
    "HIV": "Does the molecule {smiles} inhibit the replication of HIV ?",
    "ClinTox/CT_TOX": "Did the drug {smiles} fail clinical trials because of toxicity ?",
    "ClinTox/FDA_APPROVED": "Is the molecule {smiles} approved as a drug by the FDA ?",
}
_NUMBERS = {
    "ESOL": "What is the solubility of the molecule {smiles} in water , as the decimal logarithm of mol/L ?",
    "FreeSolv": "What is the hydration free energy of the molecule {smiles} in kcal/mol ?",
    "Lipophilicity": "What is the octanol / water distribution coefficient logD of the molecule {smiles} at pH 7.4 ?",
}
_TOX21 = {
    "NR-AR": "the androgen receptor",
    "NR-AR-LBD": "the ligand-binding domain of the androgen receptor",
    "NR-AhR": "the aryl hydrocarbon receptor",
    "NR-Aromatase": "aromatase",
    "NR-ER": "the oestrogen receptor",
    "NR-ER-LBD": "the ligand-binding domain of the oestrogen receptor",
    "NR-PPAR-gamma": "PPAR-gamma",
    "SR-ARE": "the antioxidant response ( ARE )",
    "SR-ATAD5": "genotoxic stress ( ATAD5 )",
    "SR-HSE": "the heat shock response ( HSE )",
    "SR-MMP": "the mitochondrial membrane potential",
    "SR-p53": "the p53 response",
}


def asked_of_molecule(smiles: str, name: str) -> str:
    """A yes or no question."""
    family, _, detail = name.partition("/")
    if family == "Tox21" and detail in _TOX21:
        words = f"Is the molecule {{smiles}} active in the Tox21 assay of {_TOX21[detail]} ?"
    elif family == "SIDER" and detail:
        words = f"Does the drug {{smiles}} have side effects among {detail.lower()} ?"
    else:
        words = _YES_OR_NO.get(name, f"Does the molecule {{smiles}} have the property {name} ?")
    return words.replace("{smiles}", smiles) + " Answer yes or no ."


def number_asked_of_molecule(smiles: str, name: str, unit: str, tolerance: float) -> str:
    """A question for a number, which says how near counts."""
    in_unit = f" in {unit}" if unit else ""
    words = _NUMBERS.get(name, f"What is {name} of the molecule {{smiles}}{in_unit} ?")
    written = f"a number in {unit}" if unit else "a number without a unit"
    within = f"{tolerance:g} {unit}".strip()
    return words.replace("{smiles}", smiles) + f" Answer with {written} ; within {within} is right ."
