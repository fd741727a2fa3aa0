"""What `biorl verifier card` shows of a model is what its card says."""

import io

import numpy as np
import pytest
from rich.console import Console

from biorl.soft_verifier.domain.labelled_quality import answer_quality, number_quality
from biorl.soft_verifier.testing import MemoryArtifacts, annotation, screen
from biorl.soft_verifier.training import train
from biorl.standalone.report.card import labels_table, perturbation_table, pictures


@pytest.fixture(scope="module")
def card() -> dict:
    store = MemoryArtifacts()
    train("perturbation-knn", screen(), annotation(), store)
    return dict(store.load("perturbation-knn").card)


def printed(table: object) -> str:
    console = Console(file=io.StringIO(), width=200)
    console.print(table)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_the_table_puts_each_model_beside_the_gene_frequency(card: dict) -> None:
    text = printed(perturbation_table(card))
    for entry in card["models"]:
        quality = entry["cross_validated"]
        assert f"{quality['ranking']['auc_per_gene']:.3f}" in text
        assert f"{quality['calibration_error']:.3f} ({quality['gene_frequency_calibration_error']:.3f})" in text
    assert "SIM1 direction" in text


def test_the_table_says_what_was_seen_in_other_lines(card: dict) -> None:
    leakage = {"lines": ["SIM2"], "held_out_perturbations": 12, "held_out_with_labels_in_other_lines": 7}
    told = {"models": [entry | {"learnt_across_lines": leakage} for entry in card["models"]]}
    assert "SIM2; 7 of 12 held-out perturbations" in printed(perturbation_table(told))


def test_the_picture_is_the_same_for_the_same_card_and_shows_every_model(card: dict) -> None:
    drawn = pictures(card)
    assert drawn == pictures(card)
    assert drawn is not None
    assert drawn.count("calls that are wrong") == len(card["models"])


@pytest.fixture
def labelled_card() -> dict:
    """A class of genes, judged yes or no, and a property that is a number."""
    rng = np.random.default_rng(0)
    belief, number = rng.uniform(size=200), rng.normal(size=200)
    answers = answer_quality(belief, rng.random(200) < belief, np.minimum(belief, 1 - belief), {"nearest_gene": belief})
    truth = number + rng.normal(scale=0.3, size=200)
    rivals = {"train_mean": np.zeros(200)}
    numbers = number_quality(number, truth, rng.uniform(size=200), np.abs(number - truth) < 0.5, rivals)
    return {
        "models": [
            {"gene_class": "dosage-sensitive", "leave_one_out": answers},
            {"property": "ESOL", "cross_validated": numbers},
        ]
    }


def test_the_table_of_labels_has_trivial_models_intervals_and_calibration(labelled_card: dict) -> None:
    answers, numbers = (entry.get("leave_one_out") or entry["cross_validated"] for entry in labelled_card["models"])
    text = printed(labels_table(labelled_card))
    low, high = answers["auroc_interval"]
    assert f"{answers['auroc']:.3f}" in text
    assert f"{low:.3f} to {high:.3f}" in text
    assert f"nearest_gene {answers['trivial']['nearest_gene']['auroc']:.3f}" in text
    chance = answers["calibration_error_by_chance"]["mean"]
    assert f"error {answers['calibration_error']:.3f} (chance {chance:.3f})" in text
    assert f"train_mean {numbers['trivial']['train_mean']['rmse']:.3f}" in text
    assert f"90 % interval holds {numbers['interval_90_holds']:.3f}" in text


def test_the_picture_of_labels_shows_answers_and_numbers_beside_a_constant(labelled_card: dict) -> None:
    drawn = pictures(labelled_card)
    assert drawn is not None
    for said in ("dosage-sensitive", "ESOL", "calls that are wrong", "base rate", "RMSE", "expected number", "mean"):
        assert f">{said}<" in drawn


@pytest.mark.parametrize(
    "other", [{}, {"models": []}, {"models": [{"property": "x", "cross_validated": {"auroc": 1}}]}]
)
def test_cards_of_other_kinds_have_neither(other: dict) -> None:
    assert perturbation_table(other) is None
    assert labels_table(other) is None
    assert pictures(other) is None
