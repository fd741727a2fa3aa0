"""`expression-shift` on a screen of fold changes whose rule is known, pairs of genes included."""

from itertools import combinations

import pytest

from biorl.questions.question import Outcome, PerturbationClaim, Split
from biorl.soft_verifier.domain.belief import Belief
from biorl.soft_verifier.domain.effects import Effect
from biorl.soft_verifier.evaluation import evaluate
from biorl.soft_verifier.testing import (
    CONTEXT,
    FAMILIES,
    READOUTS,
    MemoryArtifacts,
    annotation,
    gene,
    pushes,
    shift_screen,
)
from biorl.soft_verifier.training import NothingToLearnError, train
from biorl.soft_verifier.verifiers.expression_shift import ExpressionShift

CHANGED, RAISED = Outcome.DIFFERENTIALLY_EXPRESSED, Outcome.UP_REGULATED


def trained(**rule: float) -> MemoryArtifacts:
    store = MemoryArtifacts()
    train("expression-shift", shift_screen(**rule), annotation(), store)
    return store


@pytest.fixture(scope="module")
def store() -> MemoryArtifacts:
    return trained()


@pytest.fixture(scope="module")
def model(store: MemoryArtifacts) -> ExpressionShift:
    return ExpressionShift(store.load("expression-shift"))


def asked(genes: tuple[str, ...], readout: int, outcome: Outcome = CHANGED) -> PerturbationClaim:
    return PerturbationClaim(genes, f"READ{readout:02d}", CONTEXT, outcome)


def test_it_knows_how_far_and_where_a_gene_moves_readouts_that_it_has_never_seen_perturbed(model) -> None:
    for quality in evaluate(model, [effect for effect in shift_screen() if len(effect.perturbed_genes) == 1]):
        assert quality["coverage"] == 1
        assert quality["ranking"]["auc_per_gene"] > 0.95
        assert quality["calibration_error"] < 0.1
        assert quality["trivial_auc_per_gene"]["mean_shift"] == 0.5


def test_two_genes_that_pull_against_each_other_leave_a_readout_where_it_is(model) -> None:
    push = pushes()
    pairs = list(combinations(range(FAMILIES), 2))
    against = [(*pair, at) for pair in pairs for at in range(READOUTS) if push[pair[0], at] * push[pair[1], at] < 0]
    assert against
    for one, other, readout in against:
        alone = model.believe([asked((gene(family, 9),), readout) for family in (one, other)])
        (together,) = model.believe([asked((gene(one, 9), gene(other, 9)), readout)])
        assert together.probability < min(belief.probability for belief in alone) - 0.2


def test_held_out_pairs_are_predicted_and_reported_apart(model) -> None:
    for quality in evaluate(model, shift_screen()):
        pairs = quality["combinations"]
        assert pairs["num_pairs"] < quality["num_pairs"]
        assert pairs["ranking"]["auc_per_gene"] > 0.95
        assert set(pairs["trivial_auc_per_gene"]) == {"additive", "mean_shift"}


def test_measured_pairs_teach_that_effects_saturate() -> None:
    weights = trained(saturation=0.5).load("expression-shift").card["models"][0]["combination"]["weights"]
    assert weights[0] + weights[1] < 0.8
    plain = trained().load("expression-shift").card["models"][0]["combination"]["weights"]
    assert plain[0] == pytest.approx(1, abs=0.15)


def test_on_saturating_pairs_it_errs_less_than_plain_addition() -> None:
    (entry,) = trained(saturation=0.5).load("expression-shift").card["expression"]
    errors = entry["pairs"]
    assert errors["model"] < 0.75 * min(errors["additive"], errors["mean_shift"], errors["no_change"])


def test_the_card_puts_expression_errors_beside_no_change_and_the_mean_shift(store) -> None:
    (entry,) = store.load("expression-shift").card["expression"]
    errors = entry["singles"]
    assert errors["model"] < 0.5 * min(errors["mean_shift"], errors["no_change"])


@pytest.mark.parametrize(
    ("genes", "readout", "reason"),
    [
        (("NOBODY",), "READ00", "gene_not_covered"),
        (("LONER",), "READ00", "kernel_mass_too_low"),
        ((gene(0, 0), "LONER"), "READ00", "kernel_mass_too_low"),
        ((gene(0, 0), gene(1, 0), gene(2, 0)), "READ00", "combination_not_covered"),
        ((gene(0, 0),), "NEVERREAD", "readout_not_covered"),
        ((gene(0, 0),), gene(0, 0), "readout_not_covered"),
    ],
)
def test_what_it_does_not_know_is_an_abstention(model, genes, readout, reason) -> None:
    assert model.believe([PerturbationClaim(genes, readout, CONTEXT, CHANGED)]) == [Belief.abstained(reason)]


def test_the_order_and_the_old_names_of_a_pair_do_not_matter(model) -> None:
    one, other = gene(0, 9), gene(1, 9)
    wordings = [(one, other), (other, one), (f"OLD-{one}", other)]
    assert len(set(model.believe([asked(genes, 3, RAISED) for genes in wordings]))) == 1


def test_held_out_fold_changes_change_no_bit_of_the_artifact(store) -> None:
    one, two = store.load("expression-shift"), trained(scramble_test=5).load("expression-shift")
    assert one.card == two.card
    assert all(one.arrays[name].tobytes() == two.arrays[name].tobytes() for name in one.arrays)


def test_a_train_perturbation_is_predicted_not_remembered(store) -> None:
    """One gene that moves everything the wrong way is believed to do as its relatives."""
    liar = gene(0, 0)
    effects = [
        effect
        if effect.perturbed_genes != (liar,)
        else Effect(
            CONTEXT,
            (liar,),
            effect.readout,
            effect.split,
            effect.differentially_expressed,
            -effect.direction,
            "lies",
            -effect.log2_fold_change,
        )
        for effect in shift_screen(noise=0.0)
    ]
    other = MemoryArtifacts()
    train("expression-shift", effects, annotation(), other)
    model = ExpressionShift(other.load("expression-shift"))
    moved = [at for at in range(READOUTS) if pushes()[0, at] != 0]
    believed = model.believe([asked((liar,), at, RAISED) for at in moved])
    assert [belief.probability > 0.5 for belief in believed] == [pushes()[0, at] > 0 for at in moved]


def test_how_far_the_perturbed_gene_itself_moved_teaches_nothing() -> None:
    """Two families are knocked down and read out too; each gene's own fall is no effect of its relatives."""
    own = [Effect(CONTEXT, (gene(0, at),), gene(0, at), Split.TRAIN, True, -1, "own", -8.0) for at in range(8)]
    store = MemoryArtifacts()
    train("expression-shift", [*shift_screen(), *own], annotation(), store)
    model = ExpressionShift(store.load("expression-shift"))
    assert model.believe([PerturbationClaim((gene(0, 0),), gene(0, 0), CONTEXT, CHANGED)])[0].reason == (
        "readout_perturbed"
    )
    (errors,) = store.load("expression-shift").card["expression"]
    assert errors["singles"] == trained().load("expression-shift").card["expression"][0]["singles"]


def test_a_list_of_what_changed_does_not_say_what_did_not() -> None:
    changed = [effect for effect in shift_screen() if effect.differentially_expressed]
    store = MemoryArtifacts()
    train("expression-shift", changed, annotation(), store)
    card = store.load("expression-shift").card
    assert [entry["task"] for entry in card["models"]] == ["perturbation.direction"]
    assert card["models"][0]["cross_validated"]["ranking"]["auc_per_gene"] > 0.9
    assert [entry["task"] for entry in card["left_out"]] == ["perturbation.de"]


def test_labels_without_fold_changes_teach_nothing_and_training_says_so() -> None:
    bare = [
        Effect(CONTEXT, effect.perturbed_genes, effect.readout, effect.split, True, 1, "labels")
        for effect in shift_screen()
    ]
    with pytest.raises(NothingToLearnError, match="8 are needed"):
        train("expression-shift", bare, annotation(), MemoryArtifacts())
