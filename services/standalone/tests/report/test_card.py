"""What `biorl verifier card` shows of a model is what its card says."""

import io
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from biorl.questions.question import Split
from biorl.soft_verifier.domain.labelled_quality import answer_quality, number_quality
from biorl.soft_verifier.evaluation import evaluate
from biorl.soft_verifier.testing import MemoryArtifacts, annotation, screen
from biorl.soft_verifier.training import train
from biorl.soft_verifier.verifiers.perturbation_knn import PerturbationKnn
from biorl.standalone.report.card import card_table, pictures, provenance_table, report_tables


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
    text = printed(card_table(card))
    for entry in card["models"]:
        quality = entry["cross_validated"]
        assert f"{quality['ranking']['auc_per_gene']:.3f}" in text
        assert f"{quality['calibration_error']:.3f} ({quality['gene_frequency_calibration_error']:.3f})" in text
    assert "SIM1 direction" in text


def test_the_table_says_what_was_seen_in_other_lines(card: dict) -> None:
    leakage = {"lines": ["SIM2"], "held_out_perturbations": 12, "held_out_with_labels_in_other_lines": 7}
    told = {"models": [entry | {"learnt_across_lines": leakage} for entry in card["models"]]}
    assert "SIM2; 7 of 12 held-out perturbations" in printed(card_table(told))


def test_the_table_has_the_mean_shift_where_a_card_measured_it(card: dict) -> None:
    entry = dict(card["models"][0])
    entry["cross_validated"] = entry["cross_validated"] | {"mean_shift_auc_per_gene": 0.513}
    assert "mean shift 0.513" in printed(card_table({"models": [entry]}))


def test_what_it_was_made_of_fits_a_screen_and_names_digest_leakage_and_limits(card: dict) -> None:
    text = printed(provenance_table(card))
    assert card["training_data"]["digest"][:12] in text
    assert card["leakage"]["statement"] in text
    (names,) = card["leakage"]["train_perturbations"].values()
    assert f"SIM1: {len(names)} ({', '.join(names[:6])}, ...)" in text
    assert "least_mass: 0.250" in text
    assert len(text.splitlines()) < 30
    assert "{" not in text


def test_a_report_says_how_good_it_is_beside_what_and_why_it_abstains(card: dict) -> None:
    store = MemoryArtifacts()
    train("perturbation-knn", screen(), annotation(), store)
    stranger = replace(screen()[-1], perturbed_genes=("NOBODY",), split=Split.TEST)
    reports = evaluate(PerturbationKnn(store.load("perturbation-knn")), [*screen(), stranger])
    (text,) = map(printed, report_tables(reports))
    for report in reports:
        low, high = report["ranking"]["interval_over_perturbations"]
        assert f"{report['ranking']['auc_per_gene']:.3f}" in text
        assert f"{low:.3f} to {high:.3f}" in text
        assert f"{report['coverage']:.3f}" in text
    assert "gene frequency 0.500" in text
    assert "gene not covered" in text


def test_a_report_says_what_the_model_had_labels_of() -> None:
    report = {"num_pairs": 9, "coverage": 0.5, "abstained": {"gene_not_covered": 3}, "cell_line": "SIM1"}
    leakage = {"num_perturbations": 12, "learnt_in_this_line": 2, "learnt_in_other_lines": 7}
    (table,) = report_tables([report | {"leakage": leakage, "ranking": {"auc_per_gene": 0.9}}])
    text = printed(table)
    assert "2 of 12 perturbations learnt from: not held out" in text
    assert "7 of 12 perturbations known from other lines" in text
    assert "3 gene not covered" in text


def test_a_report_of_labels_has_coverage_and_reasons(labelled_card: dict) -> None:
    quality = labelled_card["models"][0]["leave_one_out"]
    told = {"name": "dosage-sensitive", "coverage": 0.937, "abstained": {"gene_not_covered": 3}}
    silent = {"name": "ESOL", "coverage": 0.0, "abstained": {"outside_applicability_domain": 9}}
    (text,) = map(printed, report_tables([quality | told, silent]))
    assert f"{quality['auroc']:.3f}" in text
    for said in ("coverage 0.937", "3 gene not covered", "9 outside applicability domain"):
        assert said in text


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
        "name": "several",
        "version": "v1",
        "models": [
            {"gene_class": "dosage-sensitive", "largest_variance": 0.951, "leave_one_out": answers},
            {"property": "ESOL", "least_likeness": 0.367, "cross_validated": numbers},
        ],
    }


def test_the_table_of_labels_has_trivial_models_intervals_and_calibration(labelled_card: dict) -> None:
    answers, numbers = (entry.get("leave_one_out") or entry["cross_validated"] for entry in labelled_card["models"])
    text = printed(card_table(labelled_card))
    low, high = answers["auroc_interval"]
    assert f"{answers['auroc']:.3f}" in text
    assert f"{low:.3f} to {high:.3f}" in text
    assert f"nearest gene {answers['trivial']['nearest_gene']['auroc']:.3f}" in text
    chance = answers["calibration_error_by_chance"]["mean"]
    assert f"error {answers['calibration_error']:.3f} (chance {chance:.3f})" in text
    assert f"train mean {numbers['trivial']['train_mean']['rmse']:.3f}" in text
    assert f"90 % interval holds {numbers['interval_90_holds']:.3f}" in text
    assert "variance above 0.951" in text
    assert "likeness below 0.367" in text


def test_the_picture_of_labels_shows_answers_and_numbers_beside_a_constant(labelled_card: dict) -> None:
    drawn = pictures(labelled_card)
    assert drawn is not None
    for said in (
        "several@v1, cross-validated on train",
        "dosage-sensitive",
        "ESOL",
        "calls that are wrong",
        "base rate",
        "RMSE",
        "expected number",
        "mean",
    ):
        assert f">{said}<" in drawn


@pytest.mark.parametrize(
    "other", [{}, {"models": []}, {"models": [{"property": "x", "cross_validated": {"auroc": 1}}]}]
)
def test_cards_of_other_kinds_have_neither(other: dict) -> None:
    assert card_table(other) is None
    assert pictures(other) is None
