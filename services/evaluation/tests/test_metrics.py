"""The metrics measure what they say: knowledge of perturbations, not of base rates."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from biorl.evaluation.calibration import calibration_error, reliability, risk_coverage
from biorl.evaluation.leakage import leakage
from biorl.evaluation.per_gene import (
    auc_per_gene,
    gene_interval,
    kept_lift,
    perturbation_interval,
    perturbation_null,
)
from biorl.evaluation.pooled import pooled

rows = st.lists(
    st.tuples(st.integers(-3, 3), st.booleans(), st.sampled_from("ABC"), st.sampled_from("xyzw")),
    min_size=1,
    max_size=60,
)


@given(rows)
def test_it_is_the_mean_of_the_roc_auc_within_each_gene(pairs) -> None:
    scores, labels, genes, _ = map(np.asarray, zip(*pairs, strict=True))
    expected = [
        roc_auc_score(labels[genes == gene], scores[genes == gene])
        for gene in np.unique(genes)
        if len(set(labels[genes == gene])) == 2
    ]
    result = auc_per_gene(scores, labels, genes)
    assert result.values == pytest.approx(expected)
    assert math.isnan(result.mean) if not expected else result.mean == pytest.approx(np.mean(expected))


@given(rows)
def test_a_table_of_how_often_each_gene_responds_scores_exactly_one_half(pairs) -> None:
    _, labels, genes, _ = map(np.asarray, zip(*pairs, strict=True))
    frequency = np.array([labels[genes == gene].mean() for gene in genes])
    assert all(value == 0.5 for value in auc_per_gene(frequency, labels, genes).values)


@given(rows, st.randoms())
def test_order_and_monotone_rescaling_within_a_gene_change_nothing(pairs, random) -> None:
    scores, labels, genes, _ = map(np.asarray, zip(*pairs, strict=True))
    shift = {"A": 0.0, "B": 100.0, "C": -7.0}
    rescaled = np.array([3 * score + shift[gene] for score, gene in zip(scores, genes, strict=True)])
    order = np.array(random.sample(range(len(scores)), len(scores)))
    moved = auc_per_gene(rescaled[order], labels[order], genes[order])
    assert moved.values == auc_per_gene(scores, labels, genes).values


def screen(seed: int = 0) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    perturbations, genes = np.repeat(np.arange(40), 25), np.tile(np.arange(25), 40)
    effect = rng.normal(size=40)[perturbations]
    return effect, effect + rng.normal(size=1000) > 0, genes.astype(str), perturbations.astype(str)


def test_the_null_surrounds_one_half_and_knowledge_exceeds_all_its_draws() -> None:
    effect, labels, genes, perturbations = screen()
    null = perturbation_null(labels, genes, perturbations)
    assert len(null.draws) == 200
    assert null.mean == pytest.approx(0.5, abs=0.05)
    observed = auc_per_gene(effect, labels, genes).mean
    assert observed > null.maximum
    assert null.p_value(observed) == pytest.approx(1 / 201)


def test_the_perturbation_interval_is_wider_than_the_gene_interval_where_genes_share_perturbations() -> None:
    effect, labels, genes, perturbations = screen()
    result = auc_per_gene(effect, labels, genes)
    narrow, wide = gene_interval(result), perturbation_interval(effect, labels, genes, perturbations)
    assert wide.high - wide.low > narrow.high - narrow.low
    assert narrow.low < result.mean < narrow.high


def small_screen(rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Half of the genes respond seldom and are badly ranked; perturbations differ in how well they are predicted."""
    seldom = np.arange(40) < 20
    observed = rng.random((40, 40)) < 0.25
    predicted = np.maximum(0.2, 1 + rng.normal(size=(40, 1)) / 2)
    labels = rng.random((40, 40)) < np.where(seldom, 0.06, 0.5) * np.exp(0.3 * rng.normal(size=(40, 1)))
    scores = labels * np.where(seldom, 0.3, 2.0) * predicted + rng.normal(size=(40, 40))
    perturbations, genes = np.nonzero(observed)
    return scores[observed], labels[observed], genes, perturbations


def test_the_perturbation_interval_holds_the_truth_as_often_as_it_says_and_lies_around_it() -> None:
    """A bootstrap's interval held it in 86 % here, and lay .016 above it."""
    rng = np.random.default_rng(0)
    truth = np.mean([auc_per_gene(*small_screen(rng)[:3]).mean for _ in range(1500)])
    intervals = [perturbation_interval(*small_screen(rng)) for _ in range(200)]
    covered = np.mean([interval.low <= truth <= interval.high for interval in intervals])
    middle = np.mean([(interval.low + interval.high) / 2 for interval in intervals])
    assert 0.91 <= covered <= 0.985
    assert middle == pytest.approx(truth, abs=0.008)


def test_the_perturbation_interval_lies_around_the_metric_however_many_perturbations_there_are() -> None:
    effect, labels, genes, perturbations = screen()
    each = perturbation_interval(effect, labels, genes, perturbations)
    grouped = perturbation_interval(effect, labels, genes, perturbations, groups=10)
    mean = auc_per_gene(effect, labels, genes).mean
    assert (each.low + each.high) / 2 == pytest.approx(mean)
    assert (grouped.low + grouped.high) / 2 == pytest.approx(mean)
    assert 0.4 < (grouped.high - grouped.low) / (each.high - each.low) < 2.5


@pytest.mark.parametrize("count", [0, 1, 3])
def test_too_few_perturbations_leave_the_interval_open(count: int) -> None:
    effect, labels, genes, perturbations = (column[: 25 * count] for column in screen())
    interval = perturbation_interval(effect, labels, genes, perturbations)
    assert (interval.low, interval.high) == (0.0, 1.0)


def test_half_the_lift_is_half_the_way_from_chance() -> None:
    assert kept_lift(0.65, 0.8) == pytest.approx(0.5)
    assert kept_lift(0.65, 0.5) is None


@settings(max_examples=20)
@given(st.integers(0, 1000))
def test_a_calibrated_probability_has_little_calibration_error_and_an_overconfident_one_much(seed) -> None:
    rng = np.random.default_rng(seed)
    honest = rng.random(20_000)
    labels = rng.random(20_000) < honest
    assert calibration_error(reliability(honest, labels)) < 0.03
    assert calibration_error(reliability((honest > 0.5).astype(float), labels)) > 0.2


def test_risk_falls_when_only_sure_claims_are_answered() -> None:
    rng = np.random.default_rng(0)
    honest = rng.random(5000)
    labels = rng.random(5000) < honest
    curve = risk_coverage(-np.abs(honest - 0.5), honest, labels)
    assert curve[0][1] < curve[-1][1]
    assert curve[-1][0] == 1.0


def test_pooled_metrics_of_perfect_answers_are_one() -> None:
    result = pooled([0.9, 0.8, 0.1, 0.2], [1, 1, 0, 0])
    assert (result.f1, result.mcc, result.balanced_accuracy, result.auroc) == (1.0, 1.0, 1.0, 1.0)


def test_leakage_counts_what_prompts_labels_and_other_lines_saw() -> None:
    test = [("K562", "A", "g"), ("K562", "B", "g")]
    found = leakage(test, prompts=[("K562", "A", "g")], labelled=[("RPE1", "A", "g"), ("K562", "C", "g")])
    assert (found.prompts_on_test_pairs, found.labels_on_test_pairs) == (1, 0)
    assert (found.perturbations_trained_in_same_line, found.perturbations_trained_in_other_lines) == (0, 1)
    assert "labels of 0 of them" in found.sentences()[0]
    assert found.sentences()[1].endswith("0 have labelled questions in the same cell line and 1 in another.")


def test_leakage_of_molecules_speaks_of_no_cell_line() -> None:
    test = [("", "CCO", "BBBP"), ("", "CCN", "BBBP")]
    found = leakage(test, prompts=[], labelled=[("", "CCO", "ClinTox")])
    assert found.sentences()[1] == "Of 2 held-out genes or molecules, 1 have labelled questions."
