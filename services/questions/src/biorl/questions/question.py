"""The words that services share: a question, what it claims, where it comes from.

A pure package that came into being at its third use (generator, verifier, aggregator, trainer and client all speak of
questions). Values only: `biorl.questions.wire` maps them to protobuf and back, `biorl.questions.identity` names them.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from biorl.answers.spec import AnswerSpec


class Split(StrEnum):
    """Which side of a benchmark's split something is on."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"
    """Held out: its gold answer may reach an evaluation, but never a verifier, a reward or a training set."""


class PerturbationKind(StrEnum):
    CRISPRI = "crispri"
    CRISPRA = "crispra"
    KNOCKOUT = "knockout"
    OVEREXPRESSION = "overexpression"
    COMPOUND = "compound"


class Outcome(StrEnum):
    DIFFERENTIALLY_EXPRESSED = "differentially_expressed"
    """The readout's expression changes against control."""
    UP_REGULATED = "up_regulated"
    """Given that it changes, it rises."""


@dataclass(frozen=True, slots=True)
class Context:
    """Where a claim holds. Empty or None means "not said", which a verifier that needs it answers with INVALID."""

    organism: str = ""
    """NCBI taxon CURIE ("NCBITaxon:9606")."""
    cell_line: str = ""
    """As its dataset names it ("K562")."""
    perturbation_kind: PerturbationKind | None = None


@dataclass(frozen=True, slots=True)
class PerturbationClaim:
    """Perturbing these genes in this context has this outcome on this readout gene."""

    perturbed_genes: tuple[str, ...]
    readout: str
    context: Context
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class GeneClassClaim:
    """This gene belongs to this class."""

    gene: str
    gene_class: str
    organism: str = ""


@dataclass(frozen=True, slots=True)
class MoleculeClaim:
    """This molecule has this property."""

    smiles: str
    property: str


Claim = PerturbationClaim | GeneClassClaim | MoleculeClaim


@dataclass(frozen=True, slots=True)
class ChatMessage:
    role: str
    """`system`, `user` or `assistant`."""
    content: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A place in a paper whose text holds the answer."""

    document_id: str
    paragraph_id: str
    start: int
    """First character, in Unicode code points of the paragraph's text."""
    end: int
    """One past the last character."""
    quote: str


@dataclass(frozen=True, slots=True)
class Provenance:
    writer: str = ""
    """Who wrote it, with version ("perturbation-templates@1")."""
    sources: tuple[str, ...] = ()
    """Ids of the documents or effects that it was made from."""
    dataset: str = ""
    """Dataset or corpus of the sources ("perturbqa/k562")."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question with one checkable answer."""

    id: str
    """Content digest: see `biorl.questions.identity.question_id`."""
    task: str
    """Dotted task name ("perturbation.direction")."""
    prompt: tuple[ChatMessage, ...]
    answer: AnswerSpec
    claim: Claim | None = None
    """What a "yes" asserts; None for questions that no world model can judge."""
    evidence: tuple[Evidence, ...] = ()
    licence: str = ""
    """SPDX identifier; empty when unknown."""
    provenance: Provenance = Provenance()
    topics: tuple[str, ...] = ()
    split: Split = Split.TRAIN
    benchmarks: tuple[str, ...] = ()
    difficulty: float | None = None
    """Share of reference solvers that answer rightly; None when never measured."""

    @property
    def is_held_out(self) -> bool:
        return self.split is Split.TEST

    def sealed(self) -> Self:
        """The question as a verifier, a reward or a training set may see it: when it is held out, without gold and
        without the words of its evidence, which hold the gold.
        """
        if not self.is_held_out:
            return self
        told = tuple(replace(item, quote="") for item in self.evidence)
        return replace(self, answer=replace(self.answer, gold=None, accepted=()), evidence=told)


class SealBrokenError(ValueError):
    """A held-out question came with its gold answer to a place that must not see it."""


def require_sealed(question: Question) -> None:
    """Raises SealBrokenError when a held-out question carries its gold answer."""
    answer = question.answer
    quoted = any(item.quote for item in question.evidence)
    if question.is_held_out and (answer.gold is not None or answer.accepted or quoted):
        msg = f"question {question.id} is held out but carries its gold answer; send question.sealed()"
        raise SealBrokenError(msg)
