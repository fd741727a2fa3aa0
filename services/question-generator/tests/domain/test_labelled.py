"""Questions about classes of genes and properties of molecules: claims, answers, balance, seals."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biorl.answers.checking import check, require_sound
from biorl.answers.spec import YES_NO, AnswerType
from biorl.question_generator.domain.labelled import LabelRules, write_label_questions
from biorl.question_generator.domain.sources import Dataset, Gene, Label, LabelledSubject, Molecule
from biorl.question_generator.service import QuestionGenerator, Rules
from biorl.question_generator.testing import MemoryStore, Outbox, Tally
from biorl.questions.identity import digest
from biorl.questions.question import GeneClassClaim, MoleculeClaim, Split

HUMAN = "NCBITaxon:9606"
ALL = LabelRules(balanced=False)


def subject(of: Gene | Molecule, *labels: Label, split: Split = Split.TRAIN) -> LabelledSubject:
    content = [of, labels, split]
    return LabelledSubject(digest(content), Dataset("testing/labels", "MIT", ("testing/labels",)), of, split, labels)


def test_yes_asserts_that_the_gene_belongs_to_the_class() -> None:
    (question,) = write_label_questions(
        subject(Gene("PAX6", HUMAN), Label("dosage-sensitive", holds=True, train_rate=0.25)), ALL
    ).questions
    assert question.task == "gene.dosage"
    assert question.claim == GeneClassClaim("PAX6", "dosage-sensitive", HUMAN)
    assert (question.answer.gold, question.answer.options) == ("yes", YES_NO)
    assert "human transcription factor gene PAX6 dosage-sensitive" in question.prompt[-1].content
    assert (question.licence, question.benchmarks) == ("MIT", ("testing/labels",))


@pytest.mark.parametrize(
    ("label", "task", "words"),
    [
        ("bivalent-not-unmethylated", "gene.bivalent", "methylated at neither"),
        ("bivalent-not-lys4-only", "gene.bivalent", "by H3K4me3 alone"),
        ("long-range-tf", "gene.tf_range", "long genomic range"),
        ("Druggable kinase", "gene.druggable_kinase", "belong to the class Druggable kinase"),
    ],
)
def test_each_class_of_genes_has_its_task_and_words(label: str, task: str, words: str) -> None:
    (question,) = write_label_questions(subject(Gene("SOX2", HUMAN), Label(label, holds=False)), ALL).questions
    assert question.task == task
    assert words in question.prompt[-1].content
    assert question.answer.gold == "no"


@pytest.mark.parametrize(
    ("label", "task", "words"),
    [
        ("BBBP", "molecule.bbbp", "blood-brain barrier"),
        ("Tox21/SR-p53", "molecule.tox21", "the p53 response"),
        ("SIDER/Eye disorders", "molecule.sider", "among eye disorders"),
        ("ClinTox/CT_TOX", "molecule.clintox", "because of toxicity"),
        ("Kinase/hit", "molecule.kinase", "the property Kinase/hit"),
    ],
)
def test_each_property_has_its_family_s_task_and_words(label: str, task: str, words: str) -> None:
    (question,) = write_label_questions(subject(Molecule("CC{O}"), Label(label, holds=True)), ALL).questions
    assert question.task == task
    assert words in question.prompt[-1].content
    assert "CC{O}" in question.prompt[-1].content
    assert question.claim == MoleculeClaim("CC{O}", label)


@pytest.mark.parametrize(
    ("label", "near", "far"),
    [
        (Label("ESOL", number=-3.27), "-3.5", "-4"),
        (Label("FreeSolv", number=-5.51, unit="kcal/mol"), "-6 kcal/mol", "-7 kcal/mol"),
        (Label("FreeSolv", number=-5.51, unit="kcal/mol"), "-23 kJ/mol", "-5.5"),
        (Label("Lipophilicity", number=2.1), "2.5", "3"),
    ],
)
def test_a_number_is_right_within_the_tolerance_that_the_question_states(label: Label, near: str, far: str) -> None:
    (question,) = write_label_questions(subject(Molecule("CCO"), label), ALL).questions
    require_sound(question.answer)
    assert question.answer.type is AnswerType.NUMBER
    assert f"within {question.answer.absolute_tolerance:g}" in question.prompt[-1].content
    assert check(question.answer, near).correct
    assert not check(question.answer, far).correct


def test_a_number_without_a_tolerance_is_not_asked_about() -> None:
    written = write_label_questions(subject(Molecule("CCO"), Label("pKi", number=7.0)), ALL)
    assert not written.questions
    assert [refusal.reason for refusal in written.refusals] == ["no_tolerance"]


@given(st.integers(0, 5))
def test_train_asks_for_as_many_yes_as_no_and_test_asks_for_everything(seed: int) -> None:
    rules = LabelRules(seed=seed)
    answers: dict[Split, Counter[str | None]] = {split: Counter() for split in Split}
    for split in (Split.TRAIN, Split.TEST):
        for number in range(600):
            label = Label("HIV", holds=number % 4 == 0, train_rate=0.25)
            for question in write_label_questions(subject(Molecule(f"C{number}"), label, split=split), rules).questions:
                answers[split][question.answer.gold] += 1
    assert answers[Split.TRAIN]["yes"] == 150
    assert 100 < answers[Split.TRAIN]["no"] < 200
    assert answers[Split.TEST] == {"yes": 150, "no": 450}


def test_a_class_with_one_answer_in_train_teaches_nothing() -> None:
    written = write_label_questions(subject(Molecule("CCO"), Label("HIV", holds=False, train_rate=0.0)), LabelRules())
    assert [refusal.reason for refusal in written.refusals] == ["one_answer_only"]


def test_labels_go_through_the_service_once_and_keep_their_seal() -> None:
    outbox, store, tally = Outbox(), MemoryStore(), Tally()
    generator = QuestionGenerator(Rules(labels=ALL), store, outbox, tally)
    sources = [
        subject(Gene("PAX6", HUMAN), Label("dosage-sensitive", holds=True)),
        subject(Molecule("CCO"), Label("BBBP", holds=True), Label("ESOL", number=1.1), split=Split.TEST),
    ]
    for _ in range(2):
        generator.take(sources)
    assert len(outbox.sent) == 3
    sealed = [question.sealed() for question in outbox.standing.values() if question.is_held_out]
    assert [question.answer.gold for question in sealed] == [None, None]
    assert {question.id for question in sealed} <= set(outbox.sent)
