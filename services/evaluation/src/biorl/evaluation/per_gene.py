"""AUC per gene, PerturbQA's metric, with what it must be held against.

Pairs are grouped by readout gene; a gene whose pairs all have one label is skipped; the metric is the unweighted mean
of the ROC-AUC of the others. A table of how often each gene responds scores exactly .5, so only knowledge about
perturbations counts (Wu et al., PerturbQA, arXiv 2502.21290).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

Floats = NDArray[np.float64]
LEVEL = 0.95
LEAST_GROUPS = 5
"""Groups of perturbations below which a spread between them says nothing."""


@dataclass(frozen=True, slots=True)
class AucPerGene:
    """One set of scores, judged within each readout gene."""

    mean: float
    """NaN when no gene has both labels."""
    genes: tuple[str, ...]
    """Those that were scored, sorted."""
    values: tuple[float, ...]
    """AUC of each of them."""

    @property
    def num_genes(self) -> int:
        return len(self.genes)


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Null:
    """The metric for scores that know nothing but have one value a perturbation."""

    draws: tuple[float, ...]

    @property
    def mean(self) -> float:
        return float(np.mean(self.draws))

    @property
    def sd(self) -> float:
        return float(np.std(self.draws))

    @property
    def maximum(self) -> float:
        return max(self.draws)

    def p_value(self, observed: float) -> float:
        """Share of draws that reach `observed`, with the observation itself counted: never 0."""
        return (1 + sum(draw >= observed for draw in self.draws)) / (1 + len(self.draws))


def auc_per_gene(scores: ArrayLike, labels: ArrayLike, genes: ArrayLike) -> AucPerGene:
    """`scores` (n, larger is more likely), `labels` (n, 0 or 1), `genes` (n, readout symbols)."""
    values, names = np.asarray(scores, float), np.asarray(genes, str)
    truth = np.asarray(labels, bool)
    unique, codes = np.unique(names, return_inverse=True)
    aucs = _aucs(values, truth, codes, len(unique))
    scored = ~np.isnan(aucs)
    mean = float(aucs[scored].mean()) if scored.any() else float("nan")
    return AucPerGene(mean, tuple(unique[scored].tolist()), tuple(aucs[scored].tolist()))


def _aucs(scores: Floats, labels: NDArray[np.bool_], codes: NDArray[np.intp], num_genes: int) -> Floats:
    """Mann-Whitney U over n1 n0, with ties at half, for all genes at once; NaN for a gene with one label."""
    order = np.lexsort((scores, codes))
    group, value, truth = codes[order], scores[order], labels[order]
    ranks = _mid_ranks(group, value)
    positives = np.bincount(group, truth, num_genes)
    negatives = np.bincount(group, ~truth, num_genes)
    rank_sums = np.bincount(group, ranks * truth, num_genes)
    with np.errstate(invalid="ignore", divide="ignore"):
        result: Floats = (rank_sums - positives * (positives + 1) / 2) / (positives * negatives)
    return result


def _mid_ranks(group: NDArray[np.intp], value: Floats) -> Floats:
    """Ranks from 1 within each group of sorted values; equal values share the mean of their ranks."""
    places = np.arange(len(value), dtype=float)
    starts = np.searchsorted(group, group, side="left")
    fresh = np.r_[True, (group[1:] != group[:-1]) | (value[1:] != value[:-1])] if len(value) else np.zeros(0, bool)
    runs = np.cumsum(fresh) - 1
    means = np.bincount(runs, places) / np.bincount(runs) if len(value) else places
    ranks: Floats = means[runs] - starts + 1
    return ranks


def gene_interval(result: AucPerGene, seed: int = 0, draws: int = 1000) -> Interval:
    """Bootstrap over readout genes. Too narrow by itself: all genes share the same perturbations."""
    if not result.values:
        return Interval(float("nan"), float("nan"))
    rng = np.random.default_rng(seed)
    values = np.asarray(result.values)
    means = values[rng.integers(len(values), size=(draws, len(values)))].mean(axis=1)
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(low), float(high))


def perturbation_interval(
    scores: ArrayLike,
    labels: ArrayLike,
    genes: ArrayLike,
    perturbations: ArrayLike,
    *,
    seed: int = 0,
    groups: int = 200,
) -> Interval:
    """Jackknife over perturbations: the honest width, since a perturbation shifts all genes together.

    Leaves out one perturbation at a time, or one of `groups` random groups when there are more, and stands around the
    metric itself. Not a bootstrap: a resample holds 63 % of the perturbations, so genes with few positives drop out
    of it, and when those are the ones that are ranked worst its interval lies above the metric that it is for. All of
    [0, 1] when there are too few perturbations to tell.
    """
    values, truth = np.asarray(scores, float), np.asarray(labels, bool)
    codes = np.unique(np.asarray(genes, str), return_inverse=True)[1]
    order = np.lexsort((values, codes))
    values, truth, codes = values[order], truth[order], codes[order]
    owners = _random_groups(np.asarray(perturbations, str)[order], groups, seed)
    num_genes, num_groups = int(codes.max(initial=0)) + 1, int(owners.max(initial=0)) + 1
    left_out = [_mean_auc(values[kept], truth[kept], codes[kept], num_genes) for kept in _without_each(owners)]
    whole = _mean_auc(values, truth, codes, num_genes)
    if num_groups < LEAST_GROUPS or not np.isfinite([whole, *left_out]).all():
        return Interval(0.0, 1.0)
    error = np.sqrt((num_groups - 1) * np.mean((np.asarray(left_out) - whole) ** 2))
    width = float(stdtrit(num_groups - 1, (1 + LEVEL) / 2) * error)
    return Interval(max(0.0, whole - width), min(1.0, whole + width))


def _random_groups(perturbations: NDArray[np.str_], groups: int, seed: int) -> NDArray[np.intp]:
    """The group of each row: of its own for each perturbation while that makes few enough."""
    unique, owners = np.unique(perturbations, return_inverse=True)
    shuffled = np.random.default_rng(seed).permutation(len(unique))
    return (shuffled % max(1, min(groups, len(unique))))[owners] if len(unique) else owners


def _without_each(owners: NDArray[np.intp]) -> Iterator[NDArray[np.bool_]]:
    return (owners != group for group in range(int(owners.max(initial=-1)) + 1))


def _mean_auc(scores: Floats, labels: NDArray[np.bool_], codes: NDArray[np.intp], num_genes: int) -> float:
    """NaN when no gene has both labels."""
    aucs = _aucs(scores, labels, codes, num_genes)
    scored = aucs[~np.isnan(aucs)]
    return float(scored.mean()) if len(scored) else float("nan")


def perturbation_null(
    labels: ArrayLike, genes: ArrayLike, perturbations: ArrayLike, seed: int = 0, draws: int = 200
) -> Null:
    """One random score a perturbation, shared by all its pairs, `draws` times: what "above chance" must exceed."""
    truth = np.asarray(labels, bool)
    codes = np.unique(np.asarray(genes, str), return_inverse=True)[1]
    unique, owners = np.unique(np.asarray(perturbations, str), return_inverse=True)
    rng = np.random.default_rng(seed)
    num_genes = int(codes.max()) + 1
    values = [float(np.nanmean(_aucs(rng.random(len(unique))[owners], truth, codes, num_genes))) for _ in range(draws)]
    return Null(tuple(values))


def kept_lift(policy: float, verifier: float) -> float | None:
    """(policy - .5) / (verifier - .5): the share of the verifier's lift over chance that the policy kept.

    None where the verifier has no lift.
    """
    if verifier <= 0.5:
        return None
    return (policy - 0.5) / (verifier - 0.5)
