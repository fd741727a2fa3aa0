"""From a belief to a verdict, and what makes a request invalid before any model is asked.

A "yes" asserts the question's claim: it earns the claim's probability, a "no" the rest, so the two always sum to 1 and
neither can beat the other by form. A completion without a readable answer is the policy's own fault: SCORED 0.
"""

from collections.abc import Sequence

from biorl.answers.checking import choice_of
from biorl.answers.extraction import Extraction
from biorl.answers.spec import AnswerSpec, AnswerType
from biorl.questions.question import Claim, GeneClassClaim, MoleculeClaim, PerturbationClaim, Question
from biorl.soft_verifier.domain.belief import Belief, Status, Verdict

MOST_TEXT = 2_000
"""Characters of all names in a claim: far more than the longest molecule or combination needs."""
Needed = tuple[tuple[str, object], ...]


def claim_problem(claim: Claim) -> str:
    """Why a claim cannot be asked about; empty when it can. Law 4: what is not said is not guessed."""
    match claim:
        case PerturbationClaim(perturbed, readout, context, _):
            needed: Needed = (
                ("organism_missing", context.organism),
                ("cell_line_missing", context.cell_line),
                ("perturbation_kind_missing", context.perturbation_kind),
                ("perturbed_gene_missing", perturbed and all(map(str.strip, perturbed))),
                ("readout_missing", readout.strip()),
            )
        case GeneClassClaim():
            needed = ("gene_missing", claim.gene), ("gene_class_missing", claim.gene_class)
        case MoleculeClaim():
            needed = ("molecule_missing", claim.smiles), ("property_missing", claim.property)
    for problem, value in needed:
        if not value:
            return problem
    return "claim_too_long" if is_too_long(claim) else ""


def is_too_long(claim: Claim) -> bool:
    """Claims are remembered, and every gene of one is looked for in every rationale."""
    match claim:
        case PerturbationClaim(perturbed, readout, context, _):
            names: tuple[str, ...] = (*perturbed, readout, context.organism, context.cell_line)
        case GeneClassClaim(gene, gene_class, organism):
            names = gene, gene_class, organism
        case MoleculeClaim(smiles, name):
            names = smiles, name
    return sum(map(len, names)) > MOST_TEXT


def question_problem(question: Question) -> str:
    """Why no world model may judge a question; empty when one may. Law 7: a broken seal is never judged."""
    if holds_out_gold(question):
        return "held_out_gold"
    if question.claim is None:
        return "claim_missing"
    if not _asks_yes_or_no(question.answer):
        return "answer_not_yes_or_no"
    return claim_problem(question.claim)


def holds_out_gold(question: Question) -> bool:
    """A held-out question that carries its gold answer to where nobody may see it."""
    return question.is_held_out and (question.answer.gold is not None or bool(question.answer.accepted))


def _asks_yes_or_no(spec: AnswerSpec) -> bool:
    return spec.type is AnswerType.CHOICE and {option.label for option in spec.options} == {"yes", "no"}


def verdict_of(belief: Belief, spec: AnswerSpec, extraction: Extraction) -> Verdict:
    """The verdict on one answer to the yes-or-no question `spec` whose claim is believed so."""
    if belief.probability is None:
        return Verdict.without_score(belief.status, belief.reason)
    if extraction.answer is None:
        return _worthless(belief, extraction.reason, "")
    choice = choice_of(spec, extraction.answer)
    if choice is None:
        return _worthless(belief, "not_an_option", extraction.answer)
    says_yes = choice == "yes"
    return Verdict(
        Status.SCORED,
        score=belief.probability if says_yes else 1 - belief.probability,
        baseline=belief.baseline if says_yes or belief.baseline is None else 1 - belief.baseline,
        probability=belief.probability,
        reason=belief.reason,
        uncertainty=belief.uncertainty,
        answer=extraction.answer,
    )


def _worthless(belief: Belief, reason: str, answer: str) -> Verdict:
    """No answer, no credit: not from the model, and not from the base rate."""
    baseline = None if belief.baseline is None else 0.0
    return Verdict(Status.SCORED, 0.0, baseline, belief.probability, reason, belief.uncertainty, answer)


def verdicts_of(belief: Belief, spec: AnswerSpec, extractions: Sequence[Extraction]) -> list[Verdict]:
    return [verdict_of(belief, spec, extraction) for extraction in extractions]
