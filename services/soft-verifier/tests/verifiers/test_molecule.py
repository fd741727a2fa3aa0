"""`molecule`: beliefs and numbers on a made-up chemistry with a known rule, abstention, seals, and what it is worth."""

import gc
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from biorl.answers.extraction import Extraction
from biorl.answers.spec import YES_NO, AnswerSpec, AnswerType
from biorl.questions.identity import identified
from biorl.questions.question import ChatMessage, MoleculeClaim, Question, Split
from biorl.soft_verifier.domain.belief import Artifact, Status
from biorl.soft_verifier.domain.known_labels import KnownLabel
from biorl.soft_verifier.domain.molecule import library, mixture
from biorl.soft_verifier.domain.molecule.kinship import Kinship
from biorl.soft_verifier.domain.molecule.structure import read_structure
from biorl.soft_verifier.labelled_training import evaluate_on_labels, train_on_labels
from biorl.soft_verifier.service import Choice, Group, Verification, load
from biorl.soft_verifier.testing import MemoryArtifacts, RecordingObserver
from biorl.soft_verifier.training import NothingToLearnError, NotTrainableError
from biorl.soft_verifier.verifiers import VERIFIERS
from biorl.soft_verifier.verifiers.molecule import Molecule

RINGS = ("c1ccccc1", "c1ccncc1", "C1CCCCC1", "c1ccsc1", "C1CCNCC1", "c1ccc2ccccc2c1")
GROUPS = ("O", "N", "Cl", "C(=O)O", "C#N", "OC", "F", "Br")


def labels(*, turned_test: bool = False) -> list[KnownLabel]:
    """Acids are "sour" on every ring; the number is how many carbons hang on it. The naphthalenes are held out."""
    known = []
    for ring in RINGS:
        split = Split.TEST if ring == RINGS[-1] else Split.TRAIN
        for group in GROUPS:
            for length in range(1, 6):
                smiles, acid = f"{ring}{'C' * length}{group}", group == "C(=O)O"
                sour = acid ^ (turned_test and split is Split.TEST)
                known.append(KnownLabel(MoleculeClaim(smiles, "Taste/sour"), sour, split, "", ring, "toy"))
                known.append(KnownLabel(MoleculeClaim(smiles, "Tail"), float(length), split, "", ring, "toy"))
    return known


@pytest.fixture(scope="module")
def artifact() -> Artifact:
    store = MemoryArtifacts()
    train_on_labels("molecule", labels(), None, store)
    return store.load("molecule")


@pytest.fixture(scope="module")
def model(artifact: Artifact) -> Molecule:
    return Molecule(artifact)


def sour(smiles: str) -> MoleculeClaim:
    return MoleculeClaim(smiles, "Taste/sour")


def said(answer: str) -> Extraction:
    return Extraction(answer, "")


def question(claim: MoleculeClaim, spec: AnswerSpec, split: Split = Split.TRAIN) -> Question:
    return identified(Question("", "molecule.tail", (ChatMessage("user", "?"),), spec, claim, split=split))


def test_it_has_learnt_the_rule_on_a_scaffold_that_it_has_never_seen(model: Molecule) -> None:
    acid, amine = model.believe([sour("c1ccc2ccccc2c1CCC(=O)O"), sour("c1ccc2ccccc2c1CCN")])
    assert acid.probability is not None
    assert amine.probability is not None
    assert acid.probability > 0.7
    assert amine.probability < 0.2


def test_a_model_that_was_replaced_leaves_memory_without_the_collector(artifact: Artifact) -> None:
    """As test_reloading says of the others."""
    model = Molecule(artifact)
    model.believe([sour("CCO")])
    model.expect([MoleculeClaim("CCO", "Tail")])
    gc.collect()
    del model
    assert gc.collect() == 0


def test_a_belief_does_not_depend_on_how_the_molecule_is_written_or_what_else_is_asked(model: Molecule) -> None:
    alone = model.believe([sour("OC(=O)CCc1ccccc1")])
    among = model.believe([sour("CCO"), sour("c1ccccc1CCC(O)=O"), sour("c1ccncc1CN")])
    assert alone[0] == among[1]


def test_the_base_rate_and_the_chance_of_a_wrong_call_stand_beside_every_belief(model: Molecule) -> None:
    (belief,) = model.believe([sour("c1ccc2ccccc2c1CCN")])
    assert belief.uncertainty == pytest.approx(min(belief.probability, 1 - belief.probability))
    assert belief.baseline == pytest.approx(1 / 8)


def test_what_is_no_molecule_is_invalid_and_what_is_unlike_any_is_an_abstention(model: Molecule) -> None:
    claims = [sour("this is none"), sour("C" * 1001), sour("[Fe+2]"), MoleculeClaim("CCO", "Colour")]
    invalid, long, iron, colour = model.believe(claims)
    assert (invalid.status, invalid.reason) == (Status.INVALID, "smiles_invalid")
    assert (long.status, long.reason) == (Status.INVALID, "smiles_too_long")
    assert (iron.status, iron.reason) == (Status.ABSTAINED, "outside_applicability_domain")
    assert (colour.status, colour.reason) == (Status.ABSTAINED, "property_not_covered")


@pytest.mark.parametrize("name", ["Taste/sour", "Tail"])
def test_a_training_molecule_is_judged_by_what_has_not_seen_its_fold(name: str, model: Molecule) -> None:
    known = model._models[name]
    assert known.kin
    structure = read_structure("c1ccccc1CCC(=O)O")
    fold = int(known.fold[known.row[structure.canonical]])
    alike = known.kin.to(structure.fragments, structure.descriptors)
    assert known._judged(structure) == known.mixture.judge(structure.features, alike, fold)
    assert known._judged(structure) != known.mixture.judge(structure.features, alike, None)
    nearest = known.nearest(structure)
    assert nearest[0] < 1
    assert (known.fold == fold).sum() < len(known.fold)


def test_beyond_so_many_molecules_the_forest_is_alone(monkeypatch: pytest.MonkeyPatch, model: Molecule) -> None:
    monkeypatch.setattr(library, "LARGEST", 100)
    store = MemoryArtifacts()
    train_on_labels("molecule", labels(), None, store)
    forest = Molecule(store.load("molecule"))
    assert forest._models["Tail"].kin is None
    acid = sour("c1ccc2ccccc2c1CCC(=O)O")
    (alone,), (both,) = forest.believe([acid]), model.believe([acid])
    assert alone.probability is not None
    assert alone.probability > 0.6
    assert alone.probability != both.probability


def test_likeness_is_worked_out_once_for_properties_of_the_same_molecules(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, alike = [], Kinship.to

    def counted(kinship: Kinship, *molecule: Any) -> Any:
        asked.append(molecule)
        return alike(kinship, *molecule)

    monkeypatch.setattr(Kinship, "to", counted)
    monkeypatch.setattr(mixture, "TREES", 2)
    short = [label for label in labels() if label.split is Split.TRAIN and "CCCC" not in label.claim.smiles]
    train_on_labels("molecule", short, None, MemoryArtifacts())
    assert len(asked) == len({label.claim for label in short}) // 2


def test_held_out_labels_change_nothing(artifact: Artifact) -> None:
    store = MemoryArtifacts()
    train_on_labels("molecule", labels(turned_test=True), None, store)
    again = store.load("molecule")
    assert again.card == artifact.card
    assert all(np.array_equal(again.arrays[name], artifact.arrays[name]) for name in artifact.arrays)


def test_what_one_dataset_holds_out_is_not_learnt_from_another_and_what_they_dispute_not_at_all(
    artifact: Artifact,
) -> None:
    naphthalene, benzene = ("c1ccc2ccccc2c1CCN", "c1ccccc1CN")
    leak = KnownLabel(sour(naphthalene), True, Split.TRAIN, "", RINGS[-1], "other")
    dispute = KnownLabel(sour(benzene), True, Split.TRAIN, "", RINGS[0], "other")
    store = MemoryArtifacts()
    train_on_labels("molecule", [*labels(), leak, dispute], None, store)
    (known,) = (entry for entry in store.load("molecule").card["models"] if entry["property"] == "Taste/sour")
    (before,) = (entry for entry in artifact.card["models"] if entry["property"] == "Taste/sour")
    assert known["num_molecules"] == before["num_molecules"] - 1
    assert read_structure(naphthalene).canonical not in store.load("molecule").text("smiles")


def test_a_held_out_molecule_is_not_learnt_from_its_salt_or_charged_form(artifact: Artifact) -> None:
    charged = "c1ccc2ccccc2c1CC[NH3+]"
    leak = KnownLabel(sour(f"{charged}.[Cl-]"), True, Split.TRAIN, "", "another scaffold", "other")
    store = MemoryArtifacts()
    train_on_labels("molecule", [*labels(), leak], None, store)
    again = store.load("molecule")
    expected = artifact.card["training_data"] | {"num_rows_held_out_elsewhere": 1}
    assert again.card["training_data"] == expected


def test_a_number_is_worth_the_probability_that_the_truth_is_near(model: Molecule) -> None:
    spec = AnswerSpec(AnswerType.NUMBER, "2", absolute_tolerance=1.0)
    asked = question(MoleculeClaim("c1ccc2ccccc2c1CCN", "Tail"), spec)
    answers = [said("2"), said("40"), said("many"), Extraction(None, "", "no_answer_tag")]
    near, far, words, none = model.judge(asked, answers)
    assert near.score is not None
    assert near.score > 0.4
    assert (far.score, far.status) == (0.0, Status.SCORED)
    assert near.baseline == pytest.approx(0.6)
    assert (words.score, none.score, none.reason) == (0.0, 0.0, "no_answer_tag")


def test_a_sealed_number_is_judged_without_its_gold(model: Molecule) -> None:
    spec = AnswerSpec(AnswerType.NUMBER, None, absolute_tolerance=1.0)
    asked = question(MoleculeClaim("c1ccc2ccccc2c1CCN", "Tail"), spec, Split.TEST)
    (verdict,) = model.judge(asked, [said("2")])
    assert verdict.status is Status.SCORED


@pytest.mark.parametrize(
    ("spec", "status", "reason"),
    [
        (AnswerSpec(AnswerType.NUMBER, "2"), Status.INVALID, "tolerance_missing"),
        (AnswerSpec(AnswerType.NUMBER, unit="kcal/mol", absolute_tolerance=1.0), Status.ABSTAINED, "unit_not_covered"),
        (AnswerSpec(AnswerType.CHOICE, "yes", options=YES_NO), Status.ABSTAINED, "property_is_a_number"),
    ],
)
def test_a_question_that_does_not_fit_the_property_gets_no_number(
    model: Molecule, spec: AnswerSpec, status: Status, reason: str
) -> None:
    (verdict,) = model.judge(question(MoleculeClaim("c1ccccc1CCN", "Tail"), spec), [said("2")])
    assert (verdict.status, verdict.reason) == (status, reason)


def test_the_service_serves_it_and_keeps_held_out_gold_away(artifact: Artifact) -> None:
    store = MemoryArtifacts()
    store.kept["molecule"] = artifact
    verification = Verification(load([Choice("molecule")], VERIFIERS, store), RecordingObserver())
    spec = AnswerSpec(AnswerType.CHOICE, "yes", options=YES_NO)
    asked = replace(question(sour("c1ccc2ccccc2c1CCC(=O)O"), spec, Split.TEST), task="molecule.taste")
    groups = [Group(asked, ("<answer>yes</answer>",)), Group(asked.sealed(), ("<answer>yes</answer>",))]
    (broken,), (sealed,) = verification.verify("molecule", groups)
    assert (broken.status, broken.reason) == (Status.INVALID, "held_out_gold")
    assert sealed.score == sealed.probability
    assert verification.predict("molecule", [sour("c1ccc2ccccc2c1CCC(=O)O")])[0].probability == sealed.probability


def test_a_server_of_other_verifiers_does_not_load_what_training_takes() -> None:
    code = (
        "import sys, biorl.soft_verifier.verifiers, biorl.soft_verifier.service; "
        "sys.exit(sorted({'rdkit', 'sklearn', 'pandas', 'pyarrow', 'torch'} & sys.modules.keys()) or None)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_evaluation_puts_trivial_rivals_beside_it(model: Molecule) -> None:
    reports = {report["name"]: report for report in evaluate_on_labels(model, labels())}
    taste, tail = reports["Taste/sour"], reports["Tail"]
    assert taste["auroc"] == 1.0
    assert set(taste["trivial"]) == {"base_rate", "nearest_molecule", "weight_and_log_p"}
    assert tail["rmse"] < tail["trivial"]["train_mean"]["rmse"]


def test_a_verifier_of_screens_is_not_trained_on_labels_and_nothing_is_learnt_from_nothing() -> None:
    with pytest.raises(NotTrainableError, match="molecule"):
        train_on_labels("experiment", labels(), None, MemoryArtifacts())
    with pytest.raises(NothingToLearnError):
        train_on_labels("molecule", [label for label in labels() if label.split is Split.TEST], None, MemoryArtifacts())
