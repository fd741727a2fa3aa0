"""`perturbation-net` and `perturbation-ensemble` on a screen whose rule is known."""

from pathlib import Path

import numpy as np
import pytest

from biorl.soft_verifier.adapters.artifacts import FolderArtifacts
from biorl.soft_verifier.domain.belief import Trained
from biorl.soft_verifier.domain.effects import Effect
from biorl.soft_verifier.evaluation import evaluate
from biorl.soft_verifier.testing import FAMILIES, FAMILY_SIZE, MemoryArtifacts, annotation, claim, gene, screen
from biorl.soft_verifier.training import NothingToLearnError, train
from biorl.soft_verifier.verifiers.perturbation_net import PerturbationEnsemble, PerturbationNet

NAMES = {"perturbation-net": PerturbationNet, "perturbation-ensemble": PerturbationEnsemble}


def trained(effects: list[Effect], *names: str) -> MemoryArtifacts:
    store = MemoryArtifacts()
    for name in names or NAMES:
        train(name, effects, annotation(), store)
    return store


@pytest.fixture(scope="module")
def store() -> MemoryArtifacts:
    return trained(screen())


@pytest.fixture(scope="module", params=sorted(NAMES))
def model(request: pytest.FixtureRequest, store: MemoryArtifacts) -> PerturbationNet:
    return NAMES[request.param](store.load(request.param))


def test_it_finds_the_rule_for_genes_that_it_has_never_seen_perturbed(model: PerturbationNet) -> None:
    for quality in evaluate(model, screen()):
        assert quality["coverage"] == 1
        assert quality["ranking"]["auc_per_gene"] > 0.8


def test_held_out_labels_change_no_bit_and_equal_input_gives_equal_bits(store: MemoryArtifacts) -> None:
    one = store.load("perturbation-ensemble")
    two = trained(screen(scramble_test=3), "perturbation-ensemble").load("perturbation-ensemble")
    assert one.card == two.card
    assert one.arrays.keys() == two.arrays.keys()
    assert all(one.arrays[name].tobytes() == two.arrays[name].tobytes() for name in one.arrays)


def test_a_train_perturbation_is_predicted_not_remembered() -> None:
    """Turning one train perturbation's labels round must not turn what is believed of it."""
    liar = (gene(0, 0),)
    lies = [
        Effect(effect.context, liar, effect.readout, effect.split, not effect.differentially_expressed)
        if effect.perturbed_genes == liar
        else effect
        for effect in screen(noise=0.0)
    ]
    model = PerturbationEnsemble(trained(lies, "perturbation-ensemble").load("perturbation-ensemble"))
    believed = model.believe([claim(liar[0], f"READ{readout:02d}") for readout in range(12)])
    assert [belief.probability > belief.baseline for belief in believed] == [place % 2 == 0 for place in range(12)]


def test_a_belief_does_not_depend_on_its_company(model: PerturbationNet) -> None:
    asked = [claim(gene(family, member)) for family in range(FAMILIES) for member in range(FAMILY_SIZE)]
    alone = [model.believe([one])[0] for one in asked]
    together = model.believe(asked[::-1])[::-1]
    assert np.allclose([one.probability for one in alone], [one.probability for one in together], atol=1e-5)


def test_synonyms_mean_the_same(model: PerturbationNet) -> None:
    assert len(set(model.believe([claim(gene(0, 9)), claim(f"OLD-{gene(0, 9)}")]))) == 1


def test_an_artifact_on_disk_believes_the_same(model: PerturbationNet, store: MemoryArtifacts, tmp_path: Path) -> None:
    name = next(name for name, kind in NAMES.items() if type(model) is kind)
    kept, files = store.load(name), FolderArtifacts(tmp_path)
    files.save(name, Trained(kept.arrays, kept.card))
    asked = [claim(gene(2, 8), f"READ{readout:02d}") for readout in range(12)]
    assert NAMES[name](files.load(name)).believe(asked) == model.believe(asked)


def test_the_card_says_what_was_chosen_and_how_good_it_is(store: MemoryArtifacts) -> None:
    card = store.load("perturbation-ensemble").card
    entry = card["models"][0]
    chosen = entry["chosen_by_cross_validation"]
    assert sum(row["chosen"] for row in chosen["network"]) == 1
    assert len(chosen["mixture"]) == 66
    low, high = entry["cross_validated"]["ranking"]["interval_over_perturbations"]
    assert low <= entry["cross_validated"]["ranking"]["auc_per_gene"] <= high
    assert [row["coverage"] for row in entry["cross_validated"]["risk_by_coverage"]] == [0.25, 0.5, 0.75, 1.0]
    assert (
        entry["cross_validated"]["risk_by_coverage"][0]["error_rate"]
        <= (entry["cross_validated"]["risk_by_coverage"][-1]["error_rate"])
    )


def test_a_screen_without_relatives_leaves_no_artifact_behind() -> None:
    rows = [effect for effect in screen() if effect.perturbed_genes == (gene(0, 0),)]
    with pytest.raises(NothingToLearnError, match=r"perturbation.de in SIM1: too_few.*direction in SIM1: too_few"):
        trained(rows, "perturbation-net")
