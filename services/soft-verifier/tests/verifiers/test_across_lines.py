"""Learning from other cell lines: what they say of a held-out perturbation is used, or is not, as the name says."""

from dataclasses import replace

import numpy as np
import pytest

from biorl.questions.question import Context, Split
from biorl.soft_verifier.domain.effects import Effect
from biorl.soft_verifier.evaluation import evaluate
from biorl.soft_verifier.testing import CONTEXT, MemoryArtifacts, annotation, claim, gene, screen
from biorl.soft_verifier.training import train
from biorl.soft_verifier.verifiers.perturbation_net import PerturbationAcrossLines, PerturbationUnseen

OTHER = Context(CONTEXT.organism, "SIM2", CONTEXT.perturbation_kind)
HELD_OUT = (gene(0, 9),)


def two_lines(*, liar: bool) -> list[Effect]:
    """SIM1 with its held-out perturbations, and SIM2 where all are train; a liar does the opposite there."""
    there = [replace(effect, context=OTHER, split=Split.TRAIN) for effect in screen(noise=0.0)]
    lies = [
        replace(effect, differentially_expressed=not effect.differentially_expressed, direction=0)
        if liar and effect.perturbed_genes == HELD_OUT
        else effect
        for effect in there
    ]
    return [replace(effect, direction=0) for effect in (*screen(), *lies)]


def learnt(kind: type[PerturbationUnseen] | type[PerturbationAcrossLines], *, liar: bool) -> MemoryArtifacts:
    store = MemoryArtifacts()
    train("it", two_lines(liar=liar), annotation(), store, verifiers={"it": kind})
    return store


def believed(store: MemoryArtifacts, kind: type[PerturbationUnseen] | type[PerturbationAcrossLines]) -> list[float]:
    """Probabilities that the held-out perturbation changes each readout of SIM1."""
    asked = [claim(HELD_OUT[0], f"READ{readout:02d}") for readout in range(12)]
    return [belief.probability or np.nan for belief in kind(store.load("it")).believe(asked)]


@pytest.fixture(scope="module")
def unseen() -> MemoryArtifacts:
    return learnt(PerturbationUnseen, liar=False)


@pytest.fixture(scope="module")
def across() -> MemoryArtifacts:
    return learnt(PerturbationAcrossLines, liar=False)


def test_what_another_line_says_of_a_held_out_perturbation_is_heard_only_by_the_model_that_may(
    unseen: MemoryArtifacts, across: MemoryArtifacts
) -> None:
    kept = believed(unseen, PerturbationUnseen), believed(across, PerturbationAcrossLines)
    lied = (
        believed(learnt(PerturbationUnseen, liar=True), PerturbationUnseen),
        believed(learnt(PerturbationAcrossLines, liar=True), PerturbationAcrossLines),
    )
    assert kept[0] == lied[0]
    assert kept[1] != lied[1]


def test_both_find_the_rule(unseen: MemoryArtifacts, across: MemoryArtifacts) -> None:
    for model in (PerturbationUnseen(unseen.load("it")), PerturbationAcrossLines(across.load("it"))):
        for quality in evaluate(model, two_lines(liar=False)):
            assert quality["ranking"]["auc_per_gene"] > 0.85


def test_the_card_says_what_leaked(unseen: MemoryArtifacts, across: MemoryArtifacts) -> None:
    (sealed, *_), (open_, *_) = (store.load("it").card["models"] for store in (unseen, across))
    assert sealed["learnt_across_lines"]["held_out_perturbations"] == 12
    assert sealed["learnt_across_lines"]["held_out_with_labels_in_other_lines"] == 0
    assert open_["learnt_across_lines"]["held_out_with_labels_in_other_lines"] == 12
    assert open_["learnt_across_lines"]["by_line"] == {"SIM2": 12}
    assert "must not be compared" in open_["learnt_across_lines"]["statement"]


def leaked(kind: type[PerturbationUnseen] | type[PerturbationAcrossLines], store: MemoryArtifacts) -> dict[str, object]:
    """Of the held-out perturbations of SIM1."""
    artifact = store.load("it")
    (report,) = evaluate(kind(artifact), two_lines(liar=False), artifact)
    return report["leakage"]


def test_a_report_says_what_the_artifact_had_seen(unseen: MemoryArtifacts, across: MemoryArtifacts) -> None:
    sealed = {"num_perturbations": 12, "learnt_in_this_line": 0, "learnt_in_other_lines": 0}
    assert leaked(PerturbationUnseen, unseen) == sealed
    assert leaked(PerturbationAcrossLines, across) == {**sealed, "learnt_in_other_lines": 12}


def test_a_report_says_so_when_nobody_knew_what_would_be_held_out() -> None:
    """Trained without the test rows, it could not leave their perturbations out."""
    store = MemoryArtifacts()
    known = [effect for effect in two_lines(liar=False) if effect.split is Split.TRAIN]
    train("it", known, annotation(), store, verifiers={"it": PerturbationUnseen})
    assert leaked(PerturbationUnseen, store)["learnt_in_other_lines"] == 12


def test_a_report_says_so_when_what_is_measured_was_learnt_from(unseen: MemoryArtifacts) -> None:
    artifact = unseen.load("it")
    old_names = [
        replace(effect, split=Split.TEST, perturbed_genes=(f"OLD-{effect.perturbed_genes[0]}",))
        for effect in screen()
        if effect.split is Split.TRAIN
    ]
    reports = evaluate(PerturbationUnseen(artifact), old_names, artifact)
    assert {report["leakage"]["learnt_in_this_line"] for report in reports} == {48}


def test_held_out_labels_change_no_bit(across: MemoryArtifacts) -> None:
    """Their names do not matter to this one; their labels matter to none."""
    there = [effect for effect in two_lines(liar=False) if effect.context == OTHER]
    here = [replace(effect, direction=0) for effect in screen(scramble_test=3)]
    store = MemoryArtifacts()
    train("it", [*here, *there], annotation(), store, verifiers={"it": PerturbationAcrossLines})
    one, two = across.load("it"), store.load("it")
    assert one.card == two.card
    assert all(one.arrays[name].tobytes() == two.arrays[name].tobytes() for name in one.arrays)
