"""`coexpression` on cells whose moods are known: it judges pairs that go together, and no others."""

import pytest

from biorl.questions.question import GeneClassClaim, Outcome, PerturbationClaim
from biorl.soft_verifier.domain.belief import Belief, Status
from biorl.soft_verifier.domain.coexpression.cells import Cells
from biorl.soft_verifier.evaluation import evaluate
from biorl.soft_verifier.service import Choice, Verification, load
from biorl.soft_verifier.testing import (
    CONTEXT,
    FAMILIES,
    READOUTS,
    MemoryArtifacts,
    RecordingObserver,
    annotation,
    gene,
    pushes,
    resting_cells,
    shift_screen,
)
from biorl.soft_verifier.training import NothingToLearnError, NotTrainableError, train_on_cells
from biorl.soft_verifier.verifiers import VERIFIERS
from biorl.soft_verifier.verifiers.coexpression import Coexpression

CHANGED = Outcome.DIFFERENTIALLY_EXPRESSED


def trained(cell_line: str = "SIM1", **rule: int) -> MemoryArtifacts:
    store = MemoryArtifacts()
    cells = [Cells(cell_line, *resting_cells())]
    train_on_cells("coexpression", cells, shift_screen(**rule), annotation(), store)
    return store


@pytest.fixture(scope="module")
def store() -> MemoryArtifacts:
    return trained()


@pytest.fixture(scope="module")
def model(store: MemoryArtifacts) -> Coexpression:
    return Coexpression(store.load("coexpression"))


def claim(perturbed: str, readout: str, outcome: Outcome = CHANGED) -> PerturbationClaim:
    return PerturbationClaim((perturbed,), readout, CONTEXT, outcome)


def test_readouts_that_go_with_a_gene_are_believed_to_follow_it(model: Coexpression) -> None:
    for quality in evaluate(model, [effect for effect in shift_screen() if len(effect.perturbed_genes) == 1]):
        assert 0.3 < quality["coverage"] < 1
        assert quality["ranking"]["auc_per_gene"] > 0.8 or quality["task"] == "perturbation.de"
        assert quality["calibration_error"] < 0.15


def test_pairs_that_chance_explains_are_abstentions(model: Coexpression) -> None:
    still = [(family, at) for family in range(FAMILIES) for at in range(READOUTS) if pushes()[family, at] == 0]
    believed = model.believe([claim(gene(family, 9), f"READ{at:02d}") for family, at in still])
    abstained = [belief for belief in believed if belief.reason == "coexpression_not_significant"]
    assert len(abstained) > 0.7 * len(still)


def test_the_direction_follows_the_sign(model: Coexpression) -> None:
    family, at = next((f, r) for f in range(FAMILIES) for r in range(READOUTS) if pushes()[f, r] > 0)
    (belief,) = model.believe([claim(gene(family, 9), f"READ{at:02d}", Outcome.UP_REGULATED)])
    assert belief.status is Status.SCORED
    assert belief.probability > 0.7
    assert belief.uncertainty == pytest.approx(1 - belief.probability)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (claim("NOBODY", "READ00"), "gene_not_expressed"),
        (claim(gene(0, 0), "NEVERREAD"), "readout_not_covered"),
        (PerturbationClaim((gene(0, 0), gene(1, 0)), "READ00", CONTEXT, CHANGED), "combination_not_covered"),
        (GeneClassClaim("A", "bivalent"), "claim_not_covered"),
    ],
)
def test_what_it_does_not_know_is_an_abstention(model: Coexpression, asked, reason: str) -> None:
    assert model.believe([asked]) == [Belief.abstained(reason)]


def test_cells_of_another_line_say_nothing_but_cells_that_stand_for_all_do() -> None:
    with pytest.raises(NothingToLearnError, match="no unperturbed cells of this line"):
        trained("HEAP")
    assert len(trained("").load("coexpression").card["models"]) == 2


def test_the_card_says_how_many_pairs_chance_does_not_explain(store: MemoryArtifacts) -> None:
    (table,) = store.load("coexpression").card["associations"]
    assert table["num_cells"] == 600
    assert 0 < table["num_significant"] < table["num_pairs"]


def test_held_out_labels_change_no_bit_of_the_artifact(store: MemoryArtifacts) -> None:
    one, two = store.load("coexpression"), trained(scramble_test=3).load("coexpression")
    assert one.card == two.card
    assert all(one.arrays[name].tobytes() == two.arrays[name].tobytes() for name in one.arrays)


def test_it_is_served_like_the_others(store: MemoryArtifacts) -> None:
    verification = Verification(load([Choice("coexpression")], VERIFIERS, store), RecordingObserver())
    assert verification.predict("coexpression", [claim("NOBODY", "READ00")])[0].status is Status.ABSTAINED


def test_without_cells_or_for_another_verifier_it_says_so() -> None:
    with pytest.raises(NothingToLearnError, match="no table of unperturbed cells"):
        train_on_cells("coexpression", [], shift_screen(), annotation(), MemoryArtifacts())
    with pytest.raises(NotTrainableError, match="does not learn from cells"):
        train_on_cells("exact", [], shift_screen(), annotation(), MemoryArtifacts())
