"""Verdict scoring: yes and no share one probability, form earns nothing, what is not said is not guessed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biorl.answers.extraction import extract_answer
from biorl.answers.spec import YES_NO, AnswerSpec, AnswerType, Option
from biorl.questions.question import Context, GeneClassClaim, MoleculeClaim, PerturbationClaim, PerturbationKind, Split
from biorl.questions.testing import direction_question, number_question
from biorl.soft_verifier.domain.belief import Belief, Status, Verdict
from biorl.soft_verifier.domain.judging import MOST_TEXT, claim_problem, question_problem, verdict_of, verdicts_of

SPEC = AnswerSpec(AnswerType.CHOICE, options=YES_NO)
YES, NO = extract_answer("<answer>yes</answer>"), extract_answer("<think>so</think><answer>No.</answer>")
unit = st.floats(0, 1)


@given(unit, unit, unit)
def test_yes_and_no_share_what_there_is(probability: float, baseline: float, uncertainty: float) -> None:
    yes, no = verdicts_of(Belief.scored(probability, baseline, uncertainty), SPEC, [YES, NO])
    assert yes.score is not None
    assert no.score is not None
    assert yes.baseline is not None
    assert no.baseline is not None
    assert yes.score + no.score == pytest.approx(1)
    assert yes.baseline + no.baseline == pytest.approx(1)
    assert yes.score == probability == yes.probability == no.probability


@given(unit, unit, st.text(max_size=60))
def test_no_completion_earns_more_than_the_better_answer(probability: float, baseline: float, text: str) -> None:
    for completion in (text, f"<answer>{text}</answer>"):
        verdict = verdict_of(Belief.scored(probability, baseline), SPEC, extract_answer(completion))
        assert verdict.status is Status.SCORED
        assert verdict.score is not None
        assert 0 <= verdict.score <= max(probability, 1 - probability)


@pytest.mark.parametrize(
    ("completion", "reason"),
    [
        ("yes", "no_answer_tag"),
        ("<answer></answer>", "empty_answer"),
        ("<answer>yes</answer><answer>no</answer>", "several_answers"),
        ("<answer>either yes or no</answer>", "not_an_option"),
        ("<answer>It is unknown</answer>", "not_an_option"),
        ("<answer>knockdown</answer>", "not_an_option"),
    ],
)
def test_a_malformed_completion_is_scored_zero_with_its_reason(completion: str, reason: str) -> None:
    verdict = verdict_of(Belief.scored(0.9, 0.4), SPEC, extract_answer(completion))
    assert (verdict.status, verdict.score, verdict.baseline, verdict.reason) == (Status.SCORED, 0.0, 0.0, reason)


@pytest.mark.parametrize("belief", [Belief.abstained("gene_not_covered"), Belief(Status.TIMEOUT), Belief(Status.ERROR)])
def test_a_failed_belief_never_becomes_a_score(belief: Belief) -> None:
    for verdict in verdicts_of(belief, SPEC, [YES, extract_answer("nonsense")]):
        assert (verdict.status, verdict.reason, verdict.score) == (belief.status, belief.reason, None)


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.SCORED])
def test_only_a_scored_verdict_can_carry_a_number(status: Status) -> None:
    with pytest.raises(ValueError, match="exactly when it is scored"):
        Verdict(status, score=0.0)
    with pytest.raises(ValueError, match="exactly when it is scored"):
        Belief(status, probability=0.5)


def test_a_scored_belief_needs_its_number() -> None:
    with pytest.raises(ValueError, match="exactly when it is scored"):
        Belief(Status.SCORED)


@pytest.mark.parametrize("number", [-0.1, 1.1, float("nan"), float("inf")])
def test_a_number_outside_of_the_unit_interval_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match=r"not (all )?in \[0, 1\]"):
        Belief.scored(number)
    with pytest.raises(ValueError, match=r"not in \[0, 1\]"):
        Verdict(Status.SCORED, score=number)


def test_a_held_out_question_with_its_gold_answer_is_invalid() -> None:
    question = direction_question(split=Split.TEST)
    assert question_problem(question) == "held_out_gold"
    assert question_problem(question.sealed()) == ""


def test_accepted_answers_break_the_seal_too() -> None:
    question = direction_question(split=Split.TEST)
    assert (
        question_problem(replace(question, answer=replace(question.answer, gold=None, accepted=("yes",))))
        == "held_out_gold"
    )


def test_a_question_that_claims_nothing_is_invalid() -> None:
    assert question_problem(number_question()) == "claim_missing"


def test_a_claim_with_other_options_than_yes_and_no_is_invalid() -> None:
    question = direction_question()
    other = replace(question, answer=AnswerSpec(AnswerType.CHOICE, options=(Option("A", "up"), Option("B", "down"))))
    assert question_problem(other) == "answer_not_yes_or_no"


@pytest.mark.parametrize(
    ("context", "problem"),
    [
        (Context("", "K562", PerturbationKind.CRISPRI), "organism_missing"),
        (Context("NCBITaxon:9606", "", PerturbationKind.CRISPRI), "cell_line_missing"),
        (Context("NCBITaxon:9606", "K562", None), "perturbation_kind_missing"),
    ],
)
def test_a_claim_without_its_context_is_invalid(context: Context, problem: str) -> None:
    assert question_problem(direction_question(context=context)) == problem


@pytest.mark.parametrize(
    ("claim", "problem"),
    [
        (lambda whole: replace(whole, perturbed_genes=()), "perturbed_gene_missing"),
        (lambda whole: replace(whole, perturbed_genes=("A", " ")), "perturbed_gene_missing"),
        (lambda whole: replace(whole, readout=""), "readout_missing"),
        (lambda _: GeneClassClaim("", "bivalent"), "gene_missing"),
        (lambda _: GeneClassClaim("A", ""), "gene_class_missing"),
        (lambda _: MoleculeClaim("", "BBBP"), "molecule_missing"),
        (lambda _: MoleculeClaim("C", "BBBP"), ""),
        (lambda whole: replace(whole, perturbed_genes=("A",) * (MOST_TEXT + 1)), "claim_too_long"),
        (
            lambda whole: replace(whole, context=replace(whole.context, cell_line="K" * (MOST_TEXT + 1))),
            "claim_too_long",
        ),
        (lambda _: GeneClassClaim("A", "B", "C" * MOST_TEXT), "claim_too_long"),
        (lambda _: MoleculeClaim("C" * MOST_TEXT, "BBBP"), "claim_too_long"),
        (lambda _: MoleculeClaim("C" * (MOST_TEXT - 4), "BBBP"), ""),
    ],
)
def test_what_a_claim_lacks_or_has_too_much_of_is_named(claim, problem: str) -> None:
    whole = direction_question().claim
    assert isinstance(whole, PerturbationClaim)
    assert claim_problem(claim(whole)) == problem
