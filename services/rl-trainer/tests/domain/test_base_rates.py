"""The gene-frequency row is a table of readout genes: it ranks perturbations at exactly one half."""

import numpy as np

from biorl.rl_trainer.domain.examination import Sheet, VerifierAnswers, base_rates, verifier_rows


def test_a_pair_that_the_verifier_does_not_cover_gets_its_readouts_rate() -> None:
    rates = base_rates(np.array([0.2, np.nan, 0.7, np.nan]), np.array(["a", "a", "b", "c"]))
    assert rates.tolist() == [0.2, 0.2, 0.7, 0.5]


def test_the_gene_frequency_row_is_at_chance_though_the_verifier_abstains_here_and_there() -> None:
    rng = np.random.default_rng(0)
    readouts = np.repeat(np.array(["a", "b", "c"]), 20)
    labels = rng.random(60) < 0.5
    baseline = np.where(rng.random(60) < 0.3, np.nan, np.repeat([0.1, 0.4, 0.8], 20))
    on = Sheet(labels, readouts, np.tile(np.arange(20).astype(str), 3))
    rows = verifier_rows(VerifierAnswers(baseline, baseline), on, 0)
    assert rows["gene frequency"]["auc"] == 0.5
