"""What is known of a gene or a molecule: what the verifiers of gene classes and molecule properties learn from."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from biorl.questions.question import GeneClassClaim, MoleculeClaim, Split
from biorl.soft_verifier.domain.molecule.structure import compound


@dataclass(frozen=True, slots=True)
class KnownLabel:
    """One class or property of one subject."""

    claim: GeneClassClaim | MoleculeClaim
    value: bool | float
    """Whether the claim holds; the number, for a property that is one."""
    split: Split
    unit: str = ""
    """Of a number; empty for a pure one."""
    group: str = ""
    """What must not be on both sides of a fold: a molecule's scaffold."""
    dataset: str = ""

    @property
    def name(self) -> str:
        """The class or property."""
        return self.claim.gene_class if isinstance(self.claim, GeneClassClaim) else self.claim.property


def learnable(labels: Iterable[KnownLabel]) -> list[KnownLabel]:
    """Those that may be learnt from, each once, in a fixed order. Law 7 is held here.

    What one dataset holds out is not learnt from another that has it in train; nor is a held-out molecule learnt from
    its salts, charged forms, tautomers or mirror images, which differ in scaffold where a bond or a charge does.
    """
    given = set(labels)
    held_out = {_subject(label) for label in given if label.split is Split.TEST}
    train = (label for label in given if label.split is Split.TRAIN)
    return sorted((label for label in train if _subject(label) not in held_out), key=_order)


def _subject(label: KnownLabel) -> tuple[str, ...] | GeneClassClaim:
    claim = label.claim
    return (claim.property, *compound(claim.smiles)) if isinstance(claim, MoleculeClaim) else claim


def by_name(labels: Iterable[KnownLabel]) -> Mapping[str, list[KnownLabel]]:
    """In order of the names of classes and properties."""
    groups: defaultdict[str, list[KnownLabel]] = defaultdict(list)
    for label in sorted(labels, key=_order):
        groups[label.name].append(label)
    return dict(groups)


def _order(label: KnownLabel) -> tuple[str, str, float, str]:
    subject = label.claim.gene if isinstance(label.claim, GeneClassClaim) else label.claim.smiles
    return label.name, subject, float(label.value), label.dataset
