"""What an operator asks to be read, and the units that a source falls into.

The settings are plain values, so that a program can read effects from files without a service, a bus or YAML
(`biorl.ingester.adapters.readers`). A unit is what is read as a whole and remembered by digest: one file, or the two
files of a PerturbQA line.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from biorl.ingester.domain.admission import Policy
from biorl.ingester.domain.labels import DEFAULT_SPLIT, DEFAULT_THRESHOLDS, SplitRule, Thresholds
from biorl.ingester.domain.scaffold_split import DEFAULT_SCAFFOLD_RULE, ScaffoldRule
from biorl.questions.identity import digest

READER_VERSION = 2
"""Raised when a reader gives something else for the same bytes; everything is then read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JatsSource:
    """Papers in JATS: `*.xml`, `*.nxml`, gzip too, alone or wrapped in article sets."""

    path: Path
    """A file, a folder (read with its subfolders) or a glob pattern."""
    type: Literal["jats"] = "jats"
    name: str = ""
    """Prefix of the units' names; empty takes the folder's."""
    licence: str = ""
    """SPDX identifier of what says nothing about its licence; empty refuses it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PubmedSource:
    """PubMed XML: a PubmedArticleSet or MedlineCitationSet, gzip too. Records seldom say under which licence."""

    path: Path
    type: Literal["pubmed"] = "pubmed"
    name: str = ""
    licence: str = ""
    """SPDX identifier of what says nothing about its licence; empty refuses it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PerturbqaSource:
    """PerturbQA's `<line>-de.csv` and `<line>-dir.csv` (gzip too), merged by line."""

    path: Path
    type: Literal["perturbqa"] = "perturbqa"
    name: str = "perturbqa"
    cell_lines: tuple[str, ...] = ()
    """Empty reads every line that is there. Upper and lower case are the same."""
    licence: str = "LicenseRef-Genentech-Non-Commercial-1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectTableSource:
    """A CSV, TSV or parquet file a dataset: the README says which columns."""

    path: Path
    type: Literal["effect_table"] = "effect_table"
    name: str = ""
    dataset: str = ""
    """Empty takes the file's name."""
    columns: dict[str, str] | None = None
    """From the names of the README to the file's own ones."""
    organism: str = "NCBITaxon:9606"
    cell_line: str = ""
    perturbation_kind: str = ""
    licence: str = ""
    benchmarks: tuple[str, ...] = ()
    separator: str = "+"
    """Between genes perturbed together."""
    thresholds: Thresholds = DEFAULT_THRESHOLDS
    split: SplitRule = DEFAULT_SPLIT


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenSource:
    """Single cells in AnnData: effects against control, in every cell line of its own."""

    path: Path
    type: Literal["h5ad"] = "h5ad"
    name: str = ""
    dataset: str = ""
    """Empty takes the file's name."""
    perturbation_column: str = ""
    """In obs; empty looks for the names that the field uses. So do the next ones."""
    cell_line_column: str = ""
    kind_column: str = ""
    split_column: str = ""
    readout_column: str = ""
    """In var; empty takes the index, or symbols where the index holds Ensembl ids."""
    control: str = ""
    """The label of control cells; empty knows the usual ones."""
    organism: str = ""
    """Empty takes what the file says (`uns["screen"]`, a column of obs, Ensembl ids), else human."""
    cell_line: str = ""
    perturbation_kind: str = ""
    licence: str = ""
    benchmarks: tuple[str, ...] = ()
    separator: str = "+"
    matrix: Literal["auto", "counts", "log1p"] = "auto"
    """What X holds; counts are normalised to 10,000 a cell and log1p-transformed."""
    test: Literal["wilcoxon", "t-test"] = "wilcoxon"
    min_cells: int = 10
    """A perturbation with fewer cells, or a cell line with fewer controls, is left out with a warning."""
    min_expressed: float = 0.02
    """A readout seen in a smaller share of the perturbed and of the control cells is not a readout there."""
    thresholds: Thresholds = DEFAULT_THRESHOLDS
    split: SplitRule = DEFAULT_SPLIT


@dataclass(frozen=True, slots=True, kw_only=True)
class MoleculeSource:
    """SMILES with labels: a CSV or TSV file a dataset; MoleculeNet's files need no further word."""

    path: Path
    type: Literal["molecules"] = "molecules"
    name: str = ""
    dataset: str = ""
    """Empty takes the file's name, or MoleculeNet's."""
    smiles_column: str = "smiles"
    properties: dict[str, str] | None = None
    """From the file's columns to properties as claims name them; None knows MoleculeNet's."""
    units: dict[str, str] | None = None
    """From property to the unit of its numbers, "" for a pure number; the others are yes or no."""
    licence: str = ""
    benchmarks: tuple[str, ...] = ()
    split: ScaffoldRule = DEFAULT_SCAFFOLD_RULE
    """Without a seed MoleculeNet's files are split as DeepChem does, and others with seed 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneClassSource:
    """Genes of one class and genes that are not: the README says how the lists look."""

    path: Path
    """The folder of the files below."""
    gene_class: str
    """As claims name it ("dosage-sensitive")."""
    members: str
    """A file with one gene a line, or a file and a column ("labels.csv:dosage_sensitive")."""
    others: str
    """Genes that are not in the class, written the same way."""
    type: Literal["gene_class"] = "gene_class"
    names: str = ""
    """A CSV file with `ensembl_id` and `gene_name`; empty takes genes as they are written."""
    name: str = ""
    dataset: str = ""
    organism: str = "NCBITaxon:9606"
    licence: str = ""
    benchmarks: tuple[str, ...] = ()
    split: SplitRule = DEFAULT_SPLIT


PaperSource = JatsSource | PubmedSource
EffectSource = PerturbqaSource | EffectTableSource | ScreenSource
LabelSource = MoleculeSource | GeneClassSource
Source = PaperSource | EffectSource | LabelSource


@dataclass(frozen=True, slots=True)
class Unit:
    """What is read as a whole."""

    name: str
    """For people and ledgers: the source's name and the path below its folder."""
    paths: tuple[Path, ...]


def fingerprint(source: Source, policy: Policy) -> str:
    """SHA-256 (hex) of everything but the place that decides what comes of the same bytes."""
    settings = asdict(source)
    del settings["path"]
    gate = asdict(policy) if isinstance(source, PaperSource) else None
    return digest({"reader": READER_VERSION, "settings": settings, "policy": gate})
