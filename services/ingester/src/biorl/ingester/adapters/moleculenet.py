"""How MoleculeNet's files call their columns, so that they are read without being described.

A file is known by its columns, not by its name: the columns of `labels` and `smiles` must all be there.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

TOX21 = ("NR-AR", "NR-AR-LBD", "NR-AhR", "NR-Aromatase", "NR-ER", "NR-ER-LBD", "NR-PPAR-gamma", "SR-ARE", "SR-ATAD5",
         "SR-HSE", "SR-MMP", "SR-p53")  # fmt: skip
SIDER = (
    "Hepatobiliary disorders", "Metabolism and nutrition disorders", "Product issues", "Eye disorders",
    "Investigations", "Musculoskeletal and connective tissue disorders", "Gastrointestinal disorders",
    "Social circumstances", "Immune system disorders", "Reproductive system and breast disorders",
    "Neoplasms benign, malignant and unspecified (incl cysts and polyps)",
    "General disorders and administration site conditions", "Endocrine disorders", "Surgical and medical procedures",
    "Vascular disorders", "Blood and lymphatic system disorders", "Skin and subcutaneous tissue disorders",
    "Congenital, familial and genetic disorders", "Infections and infestations",
    "Respiratory, thoracic and mediastinal disorders", "Psychiatric disorders", "Renal and urinary disorders",
    "Pregnancy, puerperium and perinatal conditions", "Ear and labyrinth disorders", "Cardiac disorders",
    "Nervous system disorders", "Injury, poisoning and procedural complications",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layout:
    """Of one file."""

    dataset: str
    labels: Mapping[str, str]
    """From column to property."""
    smiles: str = "smiles"
    units: Mapping[str, str] = field(default_factory=dict)
    """From property to the unit of its numbers, "" for a pure number; a property that is not here is yes or no."""


LAYOUTS = (
    Layout("moleculenet/bbbp", {"p_np": "BBBP"}),
    Layout("moleculenet/bace", {"Class": "BACE"}, smiles="smiles"),
    Layout("moleculenet/bace", {"Class": "BACE"}, smiles="mol"),
    Layout("moleculenet/clintox", {"FDA_APPROVED": "ClinTox/FDA_APPROVED", "CT_TOX": "ClinTox/CT_TOX"}),
    Layout("moleculenet/hiv", {"HIV_active": "HIV"}),
    Layout("moleculenet/tox21", {name: f"Tox21/{name}" for name in TOX21}),
    Layout("moleculenet/sider", {name: f"SIDER/{name}" for name in SIDER}),
    Layout("moleculenet/esol", {"measured log solubility in mols per litre": "ESOL"}, units={"ESOL": ""}),
    Layout("moleculenet/freesolv", {"expt": "FreeSolv"}, units={"FreeSolv": "kcal/mol"}),
    Layout("moleculenet/lipophilicity", {"exp": "Lipophilicity"}, units={"Lipophilicity": ""}),
)


def layout_of(columns: Collection[str]) -> Layout | None:
    """The layout whose columns are all there; None for a file that is no MoleculeNet set."""
    known = (layout for layout in LAYOUTS if {layout.smiles, *layout.labels}.issubset(columns))
    return next(known, None)
