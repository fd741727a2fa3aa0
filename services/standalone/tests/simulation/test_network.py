"""The network is stable, stays the same for a seed, and has something to learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biorl.standalone.simulation.network import TINY, Size, all_knockdowns, build_network, knockdown, rewired


@given(seed=st.integers(0, 2**31))
@settings(max_examples=20, deadline=None)
def test_every_knock_down_has_one_finite_answer(seed: int) -> None:
    effects = all_knockdowns(build_network(TINY, np.random.default_rng(seed)))
    assert np.isfinite(effects).all()
    assert np.abs(effects).max() < 50


def test_the_knocked_down_gene_is_held_at_its_level() -> None:
    network = build_network(TINY, np.random.default_rng(0))
    gene = int(network.regulators[3])
    assert knockdown(network, gene, -1.5)[gene] == pytest.approx(-1.5)


def test_an_activator_and_an_inhibitor_of_one_pathway_move_its_hub_in_opposite_ways() -> None:
    network = build_network(Size(), np.random.default_rng(0))
    for index, hub in enumerate(network.hubs):
        members = [gene for gene in np.flatnonzero(network.pathway == index) if gene != hub]
        for gene in members:
            assert np.sign(knockdown(network, int(gene))[hub]) == -network.role[gene]


def test_a_rewired_line_differs_in_edges_into_readouts_alone() -> None:
    network = build_network(TINY, np.random.default_rng(0))
    other = rewired(network, 0.2, np.random.default_rng(1))
    targets, _ = np.nonzero(other.weights != network.weights)
    assert len(targets) > 0
    assert (network.pathway[targets] < 0).all()


def test_a_readout_rises_for_some_pathways_and_falls_for_others() -> None:
    network = build_network(Size(), np.random.default_rng(0))
    into = network.weights[np.ix_(network.readouts, list(network.hubs))]
    assert ((into > 0).any(axis=1) & (into < 0).any(axis=1)).mean() > 0.95


@pytest.mark.parametrize("bad", [{"num_pathways": 1}, {"genes_per_pathway": 2}, {"pathways_per_readout": 13}])
def test_an_impossible_size_is_refused_with_a_reason(bad: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"organism|readout"):
        Size(**bad)
