"""What `biorl verifier card` shows of a perturbation model is what its card says."""

import io

import pytest
from rich.console import Console

from biorl.soft_verifier.testing import MemoryArtifacts, annotation, screen
from biorl.soft_verifier.training import train
from biorl.standalone.report.card import perturbation_table, pictures


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


@pytest.mark.parametrize(
    "other", [{}, {"models": []}, {"models": [{"property": "x", "cross_validated": {"auroc": 1}}]}]
)
def test_cards_of_other_kinds_have_neither(other: dict) -> None:
    assert perturbation_table(other) is None
    assert pictures(other) is None
