"""Genes and molecules with what is known of them, and what only the whole dataset can tell.

A reader gives one subject at a time (`Described`); `assemble_subjects` adds how often each class or property holds
among the TRAIN subjects, the size of the dataset, and content digests as ids. A held-out label never reaches the
rates.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from biorl.questions.identity import digest
from biorl.questions.question import Split


@dataclass(frozen=True, slots=True)
class SubjectDataset:
    name: str
    """"moleculenet/bbbp"; stable over versions."""
    digest: str
    """SHA-256 (hex) of the files that it was read from."""
    licence: str = ""
    num_subjects: int = 0
    """How many LabelledSubjects there are in all."""
    benchmarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gene:
    name: str
    """Symbol, or the accession where it has none."""
    organism: str
    """NCBI taxon CURIE."""
    accession: str = ""


@dataclass(frozen=True, slots=True)
class Molecule:
    smiles: str
    """Canonical."""
    scaffold: str = ""
    """Bemis-Murcko scaffold as SMILES; empty for a molecule without a ring."""


@dataclass(frozen=True, slots=True)
class Label:
    """Exactly one of `holds` and `number` is known."""

    name: str
    """The class or property, as claims name it ("dosage-sensitive", "Tox21/NR-AR")."""
    holds: bool | None = None
    number: float | None = None
    unit: str = ""
    """Of the number; empty for a pure one."""
    train_rate: float | None = None
    """Share of the train subjects asked for which it holds; None for numbers, and without any."""


@dataclass(frozen=True, slots=True)
class Described:
    """One subject, before the rest of the dataset is known."""

    subject: Gene | Molecule
    split: Split
    labels: tuple[Label, ...]

    @property
    def name(self) -> str:
        return self.subject.name if isinstance(self.subject, Gene) else self.subject.smiles


@dataclass(frozen=True, slots=True)
class LabelledSubject:
    """All that one dataset says of one gene or molecule."""

    id: str
    """SHA-256 (hex) of everything else."""
    dataset: SubjectDataset
    subject: Gene | Molecule
    split: Split
    labels: tuple[Label, ...]

    @property
    def key(self) -> str:
        """Dataset and subject: what stays when a label is corrected."""
        name = self.subject.name if isinstance(self.subject, Gene) else self.subject.smiles
        return f"{self.dataset.name}|{name}"


def assemble_subjects(dataset: SubjectDataset, described: Sequence[Described]) -> Iterator[LabelledSubject]:
    """In order of the subjects' names, whatever the order of the rows was. Rates come from TRAIN rows alone."""
    rates = _train_rates(described)
    complete = replace(dataset, num_subjects=len(described))
    for item in sorted(described, key=lambda item: item.name):
        labels = tuple(replace(label, train_rate=rates.get(label.name)) for label in item.labels)
        identity = digest([complete, item.subject, item.split, labels])
        yield LabelledSubject(identity, complete, item.subject, item.split, labels)


def _train_rates(described: Sequence[Described]) -> dict[str, float]:
    asked: defaultdict[str, list[bool]] = defaultdict(list)
    for item in described:
        for label in item.labels:
            if item.split is Split.TRAIN and label.holds is not None:
                asked[label.name].append(label.holds)
    return {name: sum(values) / len(values) for name, values in asked.items()}
