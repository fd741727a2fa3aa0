"""Which questions train, and which judge.

Training prompts are sealed here: whatever their split, no gold answer goes with a held-out one; and what asks word for
word the same as a held-out question, as two papers may, is no prompt. The pool is ordered by id, so that it does not
depend on how a bus interleaved its partitions.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from biorl.answers.spec import YES_NO
from biorl.questions.question import Claim, GeneClassClaim, PerturbationClaim, Question, Split

INFORMATIVE = "informative-readout"
"""Topic of a question whose readout gene has both answers in the train split."""


class NoQuestionsError(ValueError):
    """Nothing to train on; the message says what was looked for."""


@dataclass(frozen=True, slots=True)
class Selection:
    tasks: tuple[str, ...]
    cell_lines: tuple[str, ...] = ()
    prompt_splits: tuple[str, ...] = ("test",)
    informative_only: bool = True
    covered_only: bool = True
    least: int = 1
    """Prompts that one step takes: with fewer nothing would be trained."""


@dataclass(frozen=True, slots=True)
class Materials:
    """The questions of one run, frozen: a resumed run has the same."""

    prompts: tuple[Question, ...]
    """Sealed."""
    examination: tuple[Question, ...]
    """Held out, with gold; for evaluation alone."""
    labelled: tuple[tuple[str, str, str], ...]
    """What every train question is about: pairs whose label a verifier may have seen."""
    not_covered: int = 0
    """Prompts that were left out, because the verifier abstains on them."""


def select(questions: Iterable[Question], wanted: Selection) -> Materials:
    """Raises NoQuestionsError when too few prompts are left for one step."""
    concerned = sorted((item for item in questions if _concerns(item, wanted)), key=lambda item: item.id)
    held_out = [item for item in concerned if item.is_held_out and item.answer.gold is not None]
    prompts = _no_answer_of([item for item in concerned if _is_prompt(item, wanted)], held_out)
    if not prompts:
        msg = (
            f"no question of task {', '.join(wanted.tasks)} and split {', '.join(wanted.prompt_splits)}"
            f"{' on an informative readout' if wanted.informative_only else ''} among {len(concerned)}"
        )
        raise NoQuestionsError(msg)
    check_enough(prompts, wanted.least)
    examination = tuple(item for item in held_out if _claims_yes_or_no(item))
    return Materials(prompts, examination, pairs([item for item in concerned if item.split is Split.TRAIN]))


def check_enough(prompts: Sequence[Question], least: int) -> None:
    """Raises NoQuestionsError."""
    if len(prompts) < least:
        msg = (
            f"{len(prompts)} prompts are left and one step takes {least} (training.rollouts_per_step by "
            "num_generations): make steps smaller, or bring more questions"
        )
        raise NoQuestionsError(msg)


def without(materials: Materials, not_covered: Collection[str]) -> Materials:
    """The same without the prompts of these ids. Raises NoQuestionsError when no prompt is left."""
    prompts = tuple(item for item in materials.prompts if item.id not in not_covered)
    if not prompts:
        msg = (
            f"the verifier abstains on all {len(materials.prompts)} prompts: does its artifact know their cell line "
            "and genes? (biorl verifier card)"
        )
        raise NoQuestionsError(msg)
    return replace(materials, prompts=prompts, not_covered=len(materials.prompts) - len(prompts))


def _no_answer_of(prompts: Sequence[Question], held_out: Sequence[Question]) -> tuple[Question, ...]:
    """Sealed, each wording once, and none that shows what a held-out question hides."""
    hidden = {_wording(item) for item in held_out}
    kept: dict[tuple[str, ...], Question] = {}
    for item in prompts:
        if item.is_held_out or _wording(item) not in hidden:
            kept.setdefault(_wording(item), item)
    return tuple(item.sealed() for item in kept.values())


def _wording(question: Question) -> tuple[str, ...]:
    return tuple(message.content for message in question.prompt)


def _concerns(question: Question, wanted: Selection) -> bool:
    claim = question.claim
    if question.task not in wanted.tasks:
        return False
    return not wanted.cell_lines or (
        isinstance(claim, PerturbationClaim) and claim.context.cell_line in wanted.cell_lines
    )


def _claims_yes_or_no(question: Question) -> bool:
    """Log-odds of "yes", by which a policy is judged, say nothing of a number."""
    return question.claim is not None and question.answer.options == YES_NO


def _is_prompt(question: Question, wanted: Selection) -> bool:
    informative = INFORMATIVE in question.topics or not isinstance(question.claim, PerturbationClaim)
    return question.split in wanted.prompt_splits and (informative or not wanted.informative_only)


def pairs(questions: Sequence[Question]) -> tuple[tuple[str, str, str], ...]:
    """What the questions that make a claim are about."""
    return tuple(about(item.claim) for item in questions if item.claim)


def about(claim: Claim) -> tuple[str, str, str]:
    """(cell line, perturbation, readout); of a gene or a molecule, itself and the class or property that is asked of
    it, in no cell line. Base rates belong to the last."""
    if isinstance(claim, PerturbationClaim):
        return claim.context.cell_line, "+".join(claim.perturbed_genes), claim.readout
    if isinstance(claim, GeneClassClaim):
        return "", claim.gene, claim.gene_class
    return "", claim.smiles, claim.property
