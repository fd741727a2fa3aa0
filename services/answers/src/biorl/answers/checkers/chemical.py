"""CHEMICAL: a structure, compared by InChIKey (so every SMILES of it is right), or a name that the spec accepts.

Stereochemistry and salts count. RDKit is imported when the first structure is read.
"""

import re
from dataclasses import dataclass
from typing import Any

from biorl.answers.checker import Unreadable
from biorl.answers.folding import folded, plain
from biorl.answers.spec import AnswerSpec

MAX_SMILES = 400
"""Characters: bounds the time that RDKit spends on hostile input."""
_INCHIKEY = re.compile(r"^[A-Z]{14}-[A-Z]{10}-[A-Z]$")


@dataclass(frozen=True, slots=True)
class Chemical:
    """A name, a structure, or both; at least one says something."""

    name: str
    inchikey: str


def read(_spec: AnswerSpec, text: str) -> Chemical:
    """What was written, as a folded name and, where it is a SMILES or an InChIKey, as a structure."""
    written, name = plain(text), folded(text)
    if not name:
        raise Unreadable("empty_answer")
    if _INCHIKEY.match(written):
        return Chemical("", written)
    return Chemical(name, inchikey_of(written))


def inchikey_of(smiles: str) -> str:
    """InChIKey of a SMILES; empty when RDKit does not take it for one."""
    if len(smiles) > MAX_SMILES or " " in smiles:
        return ""
    from rdkit import Chem, rdBase  # noqa: PLC0415 - half a second that other answer types need not pay

    with rdBase.BlockLogs():
        molecule: Any = Chem.MolFromSmiles(smiles)
        if molecule is None or not molecule.GetNumAtoms():
            return ""
        to_inchikey: Any = Chem.MolToInchiKey
        return str(to_inchikey(molecule))


def difference(_spec: AnswerSpec, gold: Chemical, answer: Chemical) -> str:
    same_name = bool(gold.name) and gold.name == answer.name
    # "CO" the name and "CO" the SMILES read alike; "Co" and "CO" fold alike but are different structures.
    if gold.inchikey and answer.inchikey:
        return "" if gold.inchikey == answer.inchikey else "wrong_structure"
    return "" if same_name else "wrong_chemical"


def write(value: Chemical) -> str:
    return value.inchikey or value.name
