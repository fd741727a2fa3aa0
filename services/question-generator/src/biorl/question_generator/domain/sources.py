"""What questions are made from: measured effects, labels, papers, and notices that a paper may not be used any more."""

from dataclasses import dataclass

from biorl.questions.question import Context, Split


@dataclass(frozen=True, slots=True)
class Dataset:
    """A screen or a table of labels as its questions name it."""

    name: str
    """"perturbqa/k562"; stable over versions."""
    licence: str = ""
    benchmarks: tuple[str, ...] = ()
    """Marks that every question made from it carries."""


@dataclass(frozen=True, slots=True)
class ReadoutEffect:
    """What one perturbation did to one gene."""

    readout: str
    differentially_expressed: bool | None = None
    """None when the source gives directions only."""
    direction: int = 0
    """+1 up, -1 down, 0 not changed or not measured."""
    train_response_rate: float | None = None
    """How often the readout responds among TRAIN perturbations; None when none was asked about it."""
    train_up_rate: float | None = None
    """How often it rises when it responds, among TRAIN perturbations."""


@dataclass(frozen=True, slots=True)
class PerturbationEffects:
    """All that one screen measured of one perturbation in one context."""

    id: str
    dataset: Dataset
    context: Context
    perturbed_genes: tuple[str, ...]
    split: Split
    readouts: tuple[ReadoutEffect, ...]


@dataclass(frozen=True, slots=True)
class Gene:
    name: str
    """Symbol, or the accession where it has none."""
    organism: str = ""
    """NCBI taxon CURIE."""


@dataclass(frozen=True, slots=True)
class Molecule:
    smiles: str
    """Canonical."""


@dataclass(frozen=True, slots=True)
class Label:
    """A class or property of a subject: exactly one of `holds` and `number` is known."""

    name: str
    """As claims name it ("dosage-sensitive", "Tox21/NR-AR")."""
    holds: bool | None = None
    number: float | None = None
    unit: str = ""
    """Of the number; empty for a pure one."""
    train_rate: float | None = None
    """For how many of the dataset's TRAIN subjects it holds; None for numbers, and where none was asked."""


@dataclass(frozen=True, slots=True)
class LabelledSubject:
    """All that one dataset says of one gene or molecule."""

    id: str
    dataset: Dataset
    subject: Gene | Molecule
    split: Split
    labels: tuple[Label, ...]

    @property
    def name(self) -> str:
        return self.subject.name if isinstance(self.subject, Gene) else self.subject.smiles


@dataclass(frozen=True, slots=True)
class Paragraph:
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    path: tuple[str, ...]
    """Titles from the outermost section to this one."""
    type: str
    """"abstract", "methods", ...; empty when unknown."""
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One version of one paper."""

    id: str
    title: str
    article_type: str = ""
    licence: str = ""
    """SPDX identifier."""
    pmcid: str = ""
    pmid: str = ""
    doi: str = ""
    topics: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    year: int = 0
    """Of publication; 0 when unknown."""

    @property
    def names(self) -> frozenset[str]:
        """Every identifier under which a retraction may speak of this paper."""
        prefixed = [("", self.id), ("", self.pmcid), ("pmid:", self.pmid), ("doi:", self.doi.lower())]
        return frozenset(prefix + name for prefix, name in prefixed if name)

    @property
    def work(self) -> str:
        """What all versions of the paper share."""
        return self.pmcid.partition(".")[0] or self.doi.lower() or self.pmid or self.id


@dataclass(frozen=True, slots=True)
class Retraction:
    """A paper may not be used any more, or, when `withdrawn`, may be used again."""

    document_id: str
    aliases: tuple[str, ...] = ()
    withdrawn: bool = False

    @property
    def names(self) -> frozenset[str]:
        return frozenset(_as_named(name) for name in (self.document_id, *self.aliases) if name)


def _as_named(name: str) -> str:
    return name.lower() if name.lower().startswith("doi:") else name


Source = PerturbationEffects | LabelledSubject | Document
