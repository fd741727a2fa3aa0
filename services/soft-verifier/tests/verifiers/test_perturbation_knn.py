"""`perturbation-knn` on a screen whose rule is known: it finds the rule, says what it does not know, never peeks."""

import numpy as np
import pytest

from biorl.questions.question import Context, Outcome, PerturbationClaim
from biorl.soft_verifier.domain.belief import Belief
from biorl.soft_verifier.evaluation import evaluate
from biorl.soft_verifier.testing import CONTEXT, FAMILIES, FAMILY_SIZE, MemoryArtifacts, annotation, claim, gene, screen
from biorl.soft_verifier.training import NothingToLearnError, train
from biorl.soft_verifier.verifiers.perturbation_knn import PerturbationKnn


@pytest.fixture(scope="module")
def store() -> MemoryArtifacts:
    store = MemoryArtifacts()
    train("perturbation-knn", screen(), annotation(), store)
    return store


@pytest.fixture(scope="module")
def model(store: MemoryArtifacts) -> PerturbationKnn:
    return PerturbationKnn(store.load("perturbation-knn"))


def test_it_finds_the_rule_for_genes_that_it_has_never_seen_perturbed(model: PerturbationKnn) -> None:
    for quality in evaluate(model, screen()):
        assert quality["coverage"] == 1
        assert quality["ranking"]["auc_per_gene"] > 0.85
        assert quality["ranking"]["gene_frequency_auc_per_gene"] == 0.5


def test_the_card_has_intervals_over_perturbations_around_each_metric(store: MemoryArtifacts) -> None:
    for entry in store.load("perturbation-knn").card["models"]:
        ranking = entry["cross_validated"]["ranking"]
        low, high = ranking["interval_over_perturbations"]
        assert low < ranking["auc_per_gene"] < high


def test_held_out_labels_change_no_bit_of_the_artifact(store: MemoryArtifacts) -> None:
    other = MemoryArtifacts()
    train("perturbation-knn", screen(scramble_test=3), annotation(), other)
    one, two = store.load("perturbation-knn"), other.load("perturbation-knn")
    assert one.card == two.card
    assert one.arrays.keys() == two.arrays.keys()
    assert all(one.arrays[name].tobytes() == two.arrays[name].tobytes() for name in one.arrays)


def test_a_train_label_does_change_the_artifact(store: MemoryArtifacts) -> None:
    other = MemoryArtifacts()
    train("perturbation-knn", screen(noise=0.2), annotation(), other)
    assert store.load("perturbation-knn").card["training_data"] != other.load("perturbation-knn").card["training_data"]


def test_a_train_perturbation_is_predicted_not_remembered() -> None:
    """Turning one train perturbation's labels round must not turn what is believed of it."""
    effects = screen(noise=0.0)
    liar = (gene(0, 0),)
    lies = [
        effect
        if effect.perturbed_genes != liar
        else type(effect)(
            effect.context, liar, effect.readout, effect.split, not effect.differentially_expressed, 0, effect.dataset
        )
        for effect in effects
    ]
    store = MemoryArtifacts()
    train("perturbation-knn", lies, annotation(), store)
    model = PerturbationKnn(store.load("perturbation-knn"))
    believed = model.believe([claim(liar[0], f"READ{readout:02d}") for readout in range(12)])
    truth = [readout % 2 == 0 for readout in range(12)]
    assert [belief.probability > belief.baseline for belief in believed] == truth


def test_synonyms_and_letters_case_of_the_cell_line_mean_the_same(model: PerturbationKnn) -> None:
    other_line = Context(CONTEXT.organism, "sim1", CONTEXT.perturbation_kind)
    asked = [
        claim(gene(0, 9)),
        claim(f"OLD-{gene(0, 9)}"),
        PerturbationClaim((gene(0, 9),), "READ00", other_line, Outcome.DIFFERENTIALLY_EXPRESSED),
    ]
    assert len(set(model.believe(asked))) == 1


@pytest.mark.parametrize("readout", [gene(0, 9), f"OLD-{gene(0, 9)}"])
def test_nothing_is_said_of_what_a_knock_down_does_to_its_own_gene(model: PerturbationKnn, readout: str) -> None:
    assert model.believe([claim(gene(0, 9), readout)]) == [Belief.abstained("readout_perturbed")]


def test_a_belief_does_not_depend_on_its_company(model: PerturbationKnn) -> None:
    asked = [claim(gene(family, member)) for family in range(FAMILIES) for member in range(FAMILY_SIZE)]
    alone = [model.believe([one])[0] for one in asked]
    together = model.believe(asked[::-1])[::-1]
    assert [one.reason for one in together] == [one.reason for one in alone]
    assert np.allclose([one.probability for one in together], [one.probability for one in alone], atol=1e-6)


def test_its_doubt_is_the_chance_that_its_call_is_wrong(model: PerturbationKnn) -> None:
    belief = model.believe([claim(gene(0, 9))])[0]
    assert belief.baseline + 0.1 < belief.probability
    assert belief.uncertainty == pytest.approx(1 - belief.probability)


def test_the_surest_half_is_wrong_less_often_than_all(store: MemoryArtifacts) -> None:
    entries = {entry["task"]: entry["cross_validated"] for entry in store.load("perturbation-knn").card["models"]}
    curve = entries["perturbation.de"]["risk_curves"]["beliefs"]
    half = next(wrong for share, wrong in curve if share >= 0.5)
    assert half < 0.75 * curve[-1][1]


def test_context_is_a_key(store: MemoryArtifacts) -> None:
    """Two lines whose rules differ are two models in one artifact."""
    other = Context(CONTEXT.organism, "SIM2", CONTEXT.perturbation_kind)
    mirrored = [
        type(effect)(
            other, effect.perturbed_genes, effect.readout, effect.split, not effect.differentially_expressed, 0, "m"
        )
        for effect in screen(noise=0.0)
    ]
    both = MemoryArtifacts()
    train("perturbation-knn", [*screen(noise=0.0), *mirrored], annotation(), both)
    model = PerturbationKnn(both.load("perturbation-knn"))
    here, there = model.believe(
        [claim(gene(0, 9)), PerturbationClaim((gene(0, 9),), "READ00", other, Outcome.DIFFERENTIALLY_EXPRESSED)]
    )
    assert here.probability > 0.8
    assert there.probability < 0.2
    assert len(both.load("perturbation-knn").card["models"]) == 3


def test_the_card_says_what_was_learnt_from_what(store: MemoryArtifacts) -> None:
    card = store.load("perturbation-knn").card
    entry = card["models"][0]
    assert card["training_data"]["splits"] == ["train"]
    assert card["training_data"]["datasets"] == ["simulated/testing"]
    assert set(card["leakage"]["train_perturbations"]["SIM1"]) == {
        gene(family, member) for family in range(FAMILIES) for member in range(FAMILY_SIZE - 2)
    }
    low, high = entry["cross_validated"]["ranking"]["interval_over_genes"]
    assert low <= entry["cross_validated"]["ranking"]["auc_per_gene"] <= high
    assert entry["cross_validated"]["calibration_error"] < 0.1


def test_a_screen_without_relatives_leaves_no_artifact_behind() -> None:
    rows = [effect for effect in screen() if effect.perturbed_genes == (gene(0, 0),)]
    with pytest.raises(NothingToLearnError, match=r"perturbation.de in SIM1: too_few.*direction in SIM1: too_few"):
        train("perturbation-knn", rows, annotation(), MemoryArtifacts())
