"""What is served of a pair is what its calibration was fitted on."""

import numpy as np

from biorl.soft_verifier.domain.doubt import chance_of_error
from biorl.soft_verifier.domain.effects import measurements, train_only
from biorl.soft_verifier.domain.fold_model import fit_fold_model, label_table
from biorl.soft_verifier.domain.neighbours import find_neighbours
from biorl.soft_verifier.testing import annotation, screen


def test_a_train_pair_is_believed_as_by_whoever_had_not_seen_its_fold() -> None:
    known = annotation()
    part = measurements(train_only(screen(), known.symbols), known.symbols)[0]
    neighbours = find_neighbours(known.kernel, part.perturbations)
    labels = label_table(part, neighbours)
    model, held_out = fit_fold_model(labels, neighbours)

    asked = [np.flatnonzero(neighbours.folds == fold) for fold in range(5)]
    pairs = [(fold, gene, readout) for fold in range(5) for gene in asked[fold] for readout in _measured(labels, gene)]
    assert [fold for fold, _, _ in pairs] == held_out.fold.tolist()
    gene = np.array([neighbours.row[neighbours.perturbations[gene]] for _, gene, _ in pairs])
    believed = model.beliefs(neighbours.likeness, gene, held_out.readout)

    probability = model.reading.calibration(held_out.score, held_out.rate)
    np.testing.assert_allclose(believed.probability, probability, atol=1e-6)
    np.testing.assert_allclose(believed.uncertainty, chance_of_error(believed.probability), atol=1e-6)
    assert np.ptp(believed.probability) > 0.5


def _measured(labels, gene: int) -> list[int]:
    return labels[[gene]].indices.tolist()
