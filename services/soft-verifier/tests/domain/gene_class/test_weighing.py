"""Sources weigh for a class what the annotation says, unless what they know of it says clearly otherwise."""

import numpy as np

from biorl.soft_verifier.domain.gene_class.class_model import Fit, Labels, Numbers
from biorl.soft_verifier.domain.gene_class.five_fold import five_fold
from biorl.soft_verifier.domain.gene_class.weighing import Views

SIZE = 120


def view(seed: int, label: Labels | None = None) -> Numbers:
    """Genes in eight groups, which are of the class or not where a label is given, else as it comes."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 4, SIZE) + (4 * label if label is not None else 4 * rng.integers(0, 2, SIZE))
    alike: Numbers = (group[:, None] == group[None, :]).astype(np.float64)
    return alike


def views(weights: list[float], *, told: bool = True) -> tuple[Views, Labels]:
    """The first source knows nothing of the class, the second does when it was told."""
    label = np.random.default_rng(0).random(SIZE) < 0.4
    likeness = np.array([view(1), view(2, label if told else None)])
    return Views(likeness, np.array(weights), 1.0), label


def test_a_source_that_weighs_nothing_is_found_where_it_alone_knows_the_class() -> None:
    found, label = views([1.0, 0.0])
    ignorant, knowing = found.best_weights(label)
    assert knowing == 1.0
    assert ignorant < 0.5
    assert np.mean(five_fold(found, label)) > 0.95


def test_weights_that_do_as_well_are_kept() -> None:
    found, label = views([0.1, 1.0])
    assert found.best_weights(label).tolist() == [0.1, 1.0]


def test_where_no_source_knows_the_class_five_folds_say_so() -> None:
    found, label = views([1.0, 1.0], told=False)
    assert abs(np.mean(five_fold(found, label)) - 0.5) < 0.1


def test_the_labels_of_a_fold_do_not_weigh_for_it() -> None:
    found, label = views([1.0, 0.0])
    known = np.arange(SIZE) % 3 != 0
    before, after = (found.among(known).best_weights(each[known]) for each in (label, np.where(known, label, ~label)))
    assert before.tolist() == after.tolist()


def test_genes_that_no_source_knows_are_like_nobody() -> None:
    found, label = views([1.0, 1.0])
    silent = Views(found.likeness * (np.arange(SIZE) > 2) * (np.arange(SIZE) > 2)[:, None], found.weights, 1.0)
    likeness = silent.joined(silent.weights)
    assert not likeness[:3].any()
    assert np.isfinite(Fit.of(likeness, label).coefficient).all()
