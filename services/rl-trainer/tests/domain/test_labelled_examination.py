"""Classes of genes and properties of molecules are examined like effects: within the class or property."""

from dataclasses import replace

import numpy as np
import pytest

from biorl.answers.spec import AnswerSpec, AnswerType
from biorl.questions.identity import identified
from biorl.questions.question import Claim, GeneClassClaim, MoleculeClaim, Question, Split
from biorl.questions.testing import direction_question
from biorl.rl_trainer.domain.examination import VerifierAnswers, row, sheet, summary, verifier_rows
from biorl.rl_trainer.domain.selection import Materials, Selection, select

TASK = "molecule.BBBP"


def asked(claim: Claim, number: int, gold: str = "yes", split: Split = Split.TEST) -> Question:
    like = direction_question(f"P{number}", gold=gold, split=split)
    return identified(replace(like, task=TASK, claim=claim))


def molecules(number: int, split: Split = Split.TEST) -> list[Question]:
    golds = ["yes" if place % 2 else "no" for place in range(number)]
    return [asked(MoleculeClaim("C" * (place + 1), "BBBP"), place, gold, split) for place, gold in enumerate(golds)]


@pytest.fixture
def materials() -> Materials:
    return select([*molecules(20), *molecules(6, Split.TRAIN)], Selection(tasks=(TASK,)))


def test_molecules_are_ranked_within_their_property_and_the_base_rate_ranks_at_one_half(materials: Materials) -> None:
    on = sheet(materials.examination)
    belief = np.where(on.labels, 0.8, 0.3)
    rows = verifier_rows(VerifierAnswers(belief, np.full(20, 0.5)), on, 0)
    assert (rows["verifier"]["auc"], rows["gene frequency"]["auc"]) == (1.0, 0.5)
    assert rows["verifier"]["pooled"]["balanced_accuracy"] == 1.0
    assert set(rows["verifier"]["per_gene"]) == {"BBBP"}


def test_leakage_counts_molecules_whose_labels_reached_training(materials: Materials) -> None:
    on = sheet(materials.examination)
    rows = {"policy after": row(np.where(on.labels, 1.0, -1.0), on, 0)}
    told = summary(rows, on, materials, 0, 20)
    assert told["leakage"]["labels_on_test_pairs"] == 6
    assert told["leakage"]["sentences"][1] == "Of 20 held-out genes or molecules, 6 have labelled questions."
    assert told["rows"]["policy after"]["p_value"] < 0.1


def test_a_gene_stands_for_the_perturbation_and_its_class_for_the_readout() -> None:
    questions = [asked(GeneClassClaim(f"GENE{place}", "dosage-sensitive"), place) for place in range(3)]
    on = sheet(questions)
    assert set(on.readouts) == {"dosage-sensitive"}
    assert on.perturbations.tolist() == ["GENE0", "GENE1", "GENE2"]


def test_a_number_is_not_examined_and_still_hides_what_others_ask_word_for_word() -> None:
    number = AnswerSpec(AnswerType.NUMBER, gold="1.5", absolute_tolerance=0.1)
    held_out = identified(replace(molecules(1)[0], answer=number))
    same_words = replace(held_out, id="another", split=Split.TRAIN)
    found = select([*molecules(4), held_out, same_words], Selection(tasks=(TASK,), prompt_splits=("train", "test")))
    assert {item.id for item in found.examination} == {item.id for item in molecules(4)}
    assert "another" not in {item.id for item in found.prompts}
