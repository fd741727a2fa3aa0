"""Cards and evaluations measure ranking within a readout, and doubt by what it is good for."""

import numpy as np
import pytest

from biorl.soft_verifier.domain.quality import ranking_quality, reliability_bins, risk_by_coverage


def test_the_readouts_own_rate_ranks_at_one_half() -> None:
    readout = np.repeat(["A", "B", "C"], 4)
    label = np.array([1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0], dtype=bool)
    quality = ranking_quality(np.repeat([0.25, 0.5, 0.75], 4), label, readout)
    assert quality is not None
    assert quality["auc_per_gene"] == quality["gene_frequency_auc_per_gene"] == 0.5


def test_without_both_labels_there_is_nothing_to_rank() -> None:
    assert ranking_quality(np.array([0.1, 0.2]), np.array([True, True]), np.array(["A", "A"])) is None


def test_the_interval_over_perturbations_is_there_when_they_have_names() -> None:
    rng = np.random.default_rng(0)
    readout, perturbation = np.tile(["A", "B"], 30), np.repeat([f"P{index}" for index in range(30)], 2)
    quality = ranking_quality(rng.random(60), rng.random(60) < 0.5, readout, perturbation)
    assert quality is not None
    low, high = quality["interval_over_perturbations"]
    assert low < quality["auc_per_gene"] < high


def test_bins_hold_everything_once() -> None:
    bins = reliability_bins(np.linspace(0, 1, 100), np.arange(100) % 3 == 0)
    assert sum(entry["count"] for entry in bins) == 100


def test_useful_doubt_makes_the_surest_the_best() -> None:
    rng = np.random.default_rng(0)
    readout, label, doubt = (
        np.repeat([f"R{index}" for index in range(20)], 50),
        rng.random(1000) < 0.5,
        rng.random(1000),
    )
    probability = np.where(rng.random(1000) < doubt, rng.random(1000), label)
    rows = risk_by_coverage(doubt, probability, label, readout)
    errors, aucs = [row["error_rate"] for row in rows], [row["auc_per_gene"] for row in rows]
    assert [row["coverage"] for row in rows] == [0.25, 0.5, 0.75, 1.0]
    assert errors == sorted(errors)
    assert aucs == sorted(aucs, reverse=True)
    assert errors[-1] == pytest.approx(0.25, abs=0.05)
