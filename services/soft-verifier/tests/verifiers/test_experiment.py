"""`experiment` says what the train split measured, and nothing else."""

from biorl.questions.question import GeneClassClaim, Outcome, Split
from biorl.soft_verifier.domain.belief import Belief, Status
from biorl.soft_verifier.domain.effects import Effect
from biorl.soft_verifier.testing import CONTEXT, MemoryArtifacts, annotation, claim, gene, screen
from biorl.soft_verifier.training import train
from biorl.soft_verifier.verifiers.experiment import Experiment


def trained(effects: list[Effect]) -> Experiment:
    store = MemoryArtifacts()
    train("experiment", effects, annotation(), store)
    return Experiment(store.load("experiment"))


def test_a_measured_label_is_believed_wholly() -> None:
    model = trained(screen())
    for effect in screen():
        if effect.split is Split.TRAIN:
            (belief,) = model.believe([claim(f"OLD-{effect.perturbed_genes[0]}", effect.readout)])
            assert belief.probability == float(bool(effect.differentially_expressed))
            assert belief.baseline is not None
            assert 0 < belief.baseline < 1


def test_a_held_out_pair_is_not_known() -> None:
    assert trained(screen()).believe([claim(gene(0, 9))]) == [Belief.abstained("not_measured")]


def test_held_out_labels_change_nothing() -> None:
    stores = [MemoryArtifacts(), MemoryArtifacts()]
    for store, effects in zip(stores, (screen(), screen(scramble_test=1)), strict=True):
        train("experiment", effects, annotation(), store)
    one, two = (store.load("experiment") for store in stores)
    assert one.card == two.card
    assert all(one.arrays[name].tobytes() == two.arrays[name].tobytes() for name in one.arrays)


def test_measurements_that_disagree_are_not_averaged() -> None:
    contradiction = [
        Effect(CONTEXT, ("A",), "B", Split.TRAIN, differentially_expressed=True, direction=sign) for sign in (1, -1)
    ]
    (belief,) = trained(contradiction).believe([claim("A", "B", Outcome.UP_REGULATED)])
    assert (belief.status, belief.reason) == (Status.ABSTAINED, "measurements_disagree")


def test_what_is_no_perturbation_is_not_covered() -> None:
    assert trained(screen()).believe([GeneClassClaim("A", "x")]) == [Belief.abstained("claim_not_covered")]
