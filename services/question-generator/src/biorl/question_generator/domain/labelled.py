"""Questions from what is known of a gene or a molecule: does it belong to this class, does it have this property, what
is its value?

    gene.dosage, gene.bivalent, gene.tf_range   yes or no; "yes" asserts that the gene belongs to the class
    molecule.<family>                           yes or no, or a number with unit and absolute tolerance

Most classes are lopsided (of Geneformer's transcription factors three in four are dosage-insensitive, of MoleculeNet's
HIV set 96 % are inactive), and a policy that knows only that would be paid for it. So of TRAIN as many yes as no are
asked: of the more frequent answer as many are kept, by seeded chance, as the train rate says. Everything else is
written whole, held-out questions with gold; readers seal them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from biorl.answers.spec import YES_NO, AnswerSpec, AnswerType
from biorl.question_generator.domain.chance import luck
from biorl.question_generator.domain.gene_wording import asked_of_gene
from biorl.question_generator.domain.molecule_wording import (
    asked_of_molecule,
    number_asked_of_molecule,
)
from biorl.question_generator.domain.sources import Gene, Label, LabelledSubject
from biorl.question_generator.domain.writing import Refusal, Written
from biorl.questions.identity import identified
from biorl.questions.question import ChatMessage, GeneClassClaim, MoleculeClaim, Provenance, Question, Split
from biorl.questions.tasks import gene_task, molecule_task

WRITER = "label-templates@1"
TOLERANCES = {"ESOL": 0.5, "FreeSolv": 1.0, "Lipophilicity": 0.5}
"""By property, in its unit: about what two laboratories differ by."""
_LAYOUT = " Reason between <think> and </think>, then write exactly one answer between <answer> and </answer>."
GENE_SYSTEM = ChatMessage("system", "You know what classes of genes have in common." + _LAYOUT)
MOLECULE_SYSTEM = ChatMessage("system", "You predict properties of molecules from their structures." + _LAYOUT)


@dataclass(frozen=True, slots=True)
class LabelRules:
    """Which questions are written from labels."""

    balanced: bool = True
    tolerances: Mapping[str, float] = field(default_factory=lambda: dict(TOLERANCES))
    """Of numbers, by property; a property without one is not asked about."""
    seed: int = 0


def write_label_questions(source: LabelledSubject, rules: LabelRules) -> Written:
    """All questions that these labels can answer. Depends on nothing else."""
    questions: list[Question] = []
    refusals: list[Refusal] = []
    for label in source.labels:
        if reason := _obstacle(source, label, rules):
            refusals.append(Refusal(_task(source, label), reason, source.name))
        else:
            questions.append(_question(source, label, rules))
    return Written(source.id, tuple(questions), tuple(refusals))


def _obstacle(source: LabelledSubject, label: Label, rules: LabelRules) -> str:
    """Why a label gives no question; empty when it gives one."""
    if label.number is not None:
        return "" if rules.tolerances.get(label.name, 0.0) > 0 else "no_tolerance"
    if not rules.balanced or source.split is not Split.TRAIN or label.train_rate is None:
        return ""
    mine = label.train_rate if label.holds else 1 - label.train_rate
    keeping_rate = (1 - mine) / mine if mine > 0 else 1.0
    if luck(rules.seed, _task(source, label), source.dataset.name, source.name, label.name) < keeping_rate:
        return ""
    return "balanced_out" if mine < 1 else "one_answer_only"


def _task(source: LabelledSubject, label: Label) -> str:
    return gene_task(label.name) if isinstance(source.subject, Gene) else molecule_task(label.name)


def _question(source: LabelledSubject, label: Label, rules: LabelRules) -> Question:
    subject, task = source.subject, _task(source, label)
    is_gene = isinstance(subject, Gene)
    return identified(
        Question(
            id="",
            task=task,
            prompt=(
                GENE_SYSTEM if is_gene else MOLECULE_SYSTEM,
                ChatMessage("user", _asked(source, label, rules)),
            ),
            answer=_answer(label, rules),
            claim=(
                GeneClassClaim(subject.name, label.name, subject.organism)
                if isinstance(subject, Gene)
                else MoleculeClaim(subject.smiles, label.name)
            ),
            licence=source.dataset.licence,
            provenance=Provenance(WRITER, (source.id,), source.dataset.name),
            topics=("gene-class" if is_gene else "molecule-property", label.name),
            split=source.split,
            benchmarks=source.dataset.benchmarks,
        )
    )


def _asked(source: LabelledSubject, label: Label, rules: LabelRules) -> str:
    subject = source.subject
    if isinstance(subject, Gene):
        return asked_of_gene(subject.name, label.name, subject.organism)
    if label.number is None:
        return asked_of_molecule(subject.smiles, label.name)
    return number_asked_of_molecule(subject.smiles, label.name, label.unit, rules.tolerances[label.name])


def _answer(label: Label, rules: LabelRules) -> AnswerSpec:
    if label.number is None:
        return AnswerSpec(AnswerType.CHOICE, "yes" if label.holds else "no", options=YES_NO)
    gold = " ".join(filter(None, (f"{label.number:.6g}", label.unit)))
    return AnswerSpec(AnswerType.NUMBER, gold, unit=label.unit, absolute_tolerance=rules.tolerances[label.name])
