"""Which task a class of genes or a property of molecules goes under: writers and judges must agree on it."""

import re

_GENE_TASKS = {
    "dosage-sensitive": "gene.dosage",
    "bivalent-not-unmethylated": "gene.bivalent",
    "bivalent-not-lys4-only": "gene.bivalent",
    "long-range-tf": "gene.tf_range",
}


def gene_task(gene_class: str) -> str:
    """`gene.dosage`, `gene.bivalent`, `gene.tf_range`; for any other class `gene.` and its name."""
    return _GENE_TASKS.get(gene_class, f"gene.{_plain(gene_class)}")


def molecule_task(name: str) -> str:
    """`molecule.` and the property's family: `Tox21/NR-AR` goes under `molecule.tox21`."""
    return f"molecule.{_plain(name.partition('/')[0])}"


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
