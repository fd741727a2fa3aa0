"""Questions from a screen: does this perturbation change that gene, and does it raise it?

    perturbation.de         outcome DIFFERENTIALLY_EXPRESSED, of every readout with a known label
    perturbation.direction  outcome UP_REGULATED, of every readout that changed

"Yes" asserts the claim. How often a gene responds at all is the shortcut of these data (a table of it gets pooled AUROC
.96), so TRAIN questions are balanced within each readout gene: of its more frequent answer as many are kept, by seeded
chance, as the train rates say. A gene with one answer only teaches its base rate and is left out. All held-out
questions are written; what an evaluation counts is its own affair.
"""

from dataclasses import dataclass

from biorl.answers.spec import YES_NO, AnswerSpec, AnswerType
from biorl.question_generator.domain.chance import luck
from biorl.question_generator.domain.sources import PerturbationEffects, ReadoutEffect
from biorl.question_generator.domain.writing import Refusal, Written
from biorl.questions.identity import identified
from biorl.questions.question import (
    ChatMessage,
    Outcome,
    PerturbationClaim,
    PerturbationKind,
    Provenance,
    Question,
    Split,
)

WRITER = "perturbation-templates@1"
INFORMATIVE = "informative-readout"
"""Topic of questions whose readout has both answers in TRAIN: only these can tell a perturbation from a base rate."""
OUTCOMES = {
    "perturbation.de": Outcome.DIFFERENTIALLY_EXPRESSED,
    "perturbation.direction": Outcome.UP_REGULATED,
}
SYSTEM = ChatMessage(
    "system",
    "You predict the outcome of gene perturbation experiments. Reason between <think> and </think>, then write exactly "
    "one answer, yes or no, between <answer> and </answer>.",
)
_PERTURBING = {
    PerturbationKind.CRISPRI: "CRISPRi of",
    PerturbationKind.CRISPRA: "CRISPRa of",
    PerturbationKind.KNOCKOUT: "knockout of",
    PerturbationKind.OVEREXPRESSION: "overexpression of",
    PerturbationKind.COMPOUND: "treatment with",
    None: "perturbation of",
}
_EFFECT = {Outcome.DIFFERENTIALLY_EXPRESSED: "change", Outcome.UP_REGULATED: "raise"}


@dataclass(frozen=True, slots=True)
class PerturbationRules:
    """Which questions are written from effects."""

    tasks: tuple[str, ...] = tuple(OUTCOMES)
    max_train_per_perturbation: int | None = None
    """Of one task; the luckiest are kept. None keeps all."""
    balanced: bool = True
    seed: int = 0


@dataclass(frozen=True, slots=True)
class _Label:
    """One readout's answer to one task."""

    readout: str
    answer: bool
    train_rate: float | None
    """Share of "yes" among TRAIN perturbations."""

    @property
    def is_informative(self) -> bool:
        return self.train_rate is not None and 0 < self.train_rate < 1

    @property
    def keeping_rate(self) -> float:
        """Probability to keep it, so that both answers come equally often; 1 where no rate is known."""
        if self.train_rate is None:
            return 1.0
        mine = self.train_rate if self.answer else 1 - self.train_rate
        return min(1.0, (1 - mine) / mine) if mine > 0 else 1.0


def write_perturbation_questions(effects: PerturbationEffects, rules: PerturbationRules) -> Written:
    """All questions of all tasks that these effects can answer. Depends on nothing else."""
    questions: list[Question] = []
    refusals: list[Refusal] = []
    for task in rules.tasks:
        labels = _labels(effects, task, refusals)
        if effects.split is Split.TRAIN:
            labels = _chosen(effects, task, labels, rules, refusals)
        questions += [_question(effects, task, label) for label in labels]
    return Written(effects.id, tuple(questions), tuple(refusals))


def _labels(effects: PerturbationEffects, task: str, refusals: list[Refusal]) -> list[_Label]:
    """The readouts whose answer is known. A perturbed gene's own expression is the intervention, not a finding."""
    outcome = OUTCOMES[task]
    labels = []
    for effect in effects.readouts:
        answer = _answer(effect, outcome)
        if answer is not None and effect.readout in effects.perturbed_genes:
            refusals.append(Refusal(task, "perturbed_gene_itself", effect.readout))
        elif answer is not None:
            labels.append(_Label(effect.readout, answer, _train_rate(effect, outcome)))
    return labels


def _answer(effect: ReadoutEffect, outcome: Outcome) -> bool | None:
    if outcome is Outcome.DIFFERENTIALLY_EXPRESSED:
        return effect.differentially_expressed
    changed = effect.differentially_expressed is not False and effect.direction != 0
    return effect.direction > 0 if changed else None


def _train_rate(effect: ReadoutEffect, outcome: Outcome) -> float | None:
    return effect.train_response_rate if outcome is Outcome.DIFFERENTIALLY_EXPRESSED else effect.train_up_rate


def _chosen(
    effects: PerturbationEffects, task: str, labels: list[_Label], rules: PerturbationRules, refusals: list[Refusal]
) -> list[_Label]:
    """The labels that balance and cap let through, in the order given; the others become refusals."""
    lots = {label.readout: _lot(effects, task, label, rules) for label in labels}
    kept = [label for label in labels if not rules.balanced or lots[label.readout] < label.keeping_rate]
    refusals += [
        Refusal(task, "balanced_out" if label.is_informative else "uninformative_readout")
        for label in labels
        if rules.balanced and lots[label.readout] >= label.keeping_rate
    ]
    if rules.max_train_per_perturbation is None or len(kept) <= rules.max_train_per_perturbation:
        return kept
    # The share of its own keeping rate is as random for a rare answer as for a frequent one: the cap keeps the balance.
    luckiest = sorted(kept, key=lambda label: lots[label.readout] / label.keeping_rate)
    within = {label.readout for label in luckiest[: rules.max_train_per_perturbation]}
    refusals += [Refusal(task, "over_cap") for _ in range(len(kept) - len(within))]
    return [label for label in kept if label.readout in within]


def _lot(effects: PerturbationEffects, task: str, label: _Label, rules: PerturbationRules) -> float:
    """Of what is asked, not of the file it was read from: a new digest of the same data changes nothing."""
    context = effects.context
    kind = context.perturbation_kind or ""
    return luck(
        rules.seed,
        task,
        effects.dataset.name,
        context.cell_line,
        kind,
        "+".join(effects.perturbed_genes),
        label.readout,
    )


def _question(effects: PerturbationEffects, task: str, label: _Label) -> Question:
    outcome = OUTCOMES[task]
    topics = ("gene-perturbation", effects.context.cell_line or "unknown-cell-line")
    return identified(
        Question(
            id="",
            task=task,
            prompt=(SYSTEM, ChatMessage("user", _asked(effects, outcome, label.readout))),
            answer=AnswerSpec(AnswerType.CHOICE, "yes" if label.answer else "no", options=YES_NO),
            claim=PerturbationClaim(effects.perturbed_genes, label.readout, effects.context, outcome),
            licence=effects.dataset.licence,
            provenance=Provenance(WRITER, (effects.id,), effects.dataset.name),
            topics=(INFORMATIVE, *topics) if label.is_informative else topics,
            split=effects.split,
            benchmarks=effects.dataset.benchmarks,
        )
    )


def _asked(effects: PerturbationEffects, outcome: Outcome, readout: str) -> str:
    """One sentence with few different words: a tiny policy's vocabulary is made of it."""
    perturbing = f"{_PERTURBING[effects.context.perturbation_kind]} {' and '.join(effects.perturbed_genes)}"
    cells = f" in {effects.context.cell_line} cells" if effects.context.cell_line else ""
    return f"Does {perturbing}{cells} {_EFFECT[outcome]} the expression of {readout} ? Answer yes or no ."
