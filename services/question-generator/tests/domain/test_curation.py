"""Of two that say the same one stays, what benchmarks ask goes, and the order of questions changes nothing."""

import random
from dataclasses import replace

import pytest

from biorl.answers.spec import AnswerSpec, AnswerType
from biorl.question_generator.domain.curation import AlignmentRules, CurationRules, curate
from biorl.question_generator.domain.decontamination import BenchmarkItem
from biorl.question_generator.domain.literature.article import LiteratureRules, write_literature_questions
from biorl.question_generator.testing import paper
from biorl.questions.question import ChatMessage, Provenance, Question, Split
from biorl.questions.testing import direction_question

SENTENCE = (
    "In a cohort of elderly patients from three cities metformin lowered the mortality of heart failure by 12.5%."
)
RULES = LiteratureRules(held_out_share=0)


def asked(*sentences: str, document_id: str = "PMC1.1", title: str = "Metformin and the ageing heart") -> Question:
    (question,) = write_literature_questions(paper(*sentences, title=title, document_id=document_id), RULES).questions
    return question


def test_of_two_that_say_nearly_the_same_the_held_out_one_stays():
    first = asked(SENTENCE)
    second = replace(asked(SENTENCE.replace("cities", "towns"), document_id="PMC2.1"), split=Split.TEST)
    curated = curate([first, second], CurationRules())
    assert curated.kept == (second,)
    (dropped,) = curated.dropped
    assert (dropped.question_id, dropped.reason, dropped.because) == (first.id, "near_duplicate", second.id)


@pytest.mark.parametrize("licence", ["CC-BY-SA-4.0", "LicenseRef-CC-BY-SA", "LicenseRef-CC-BY-NC-SA"])
def test_what_is_shared_alike_has_a_dataset_of_its_own(licence):
    free, alike = asked(SENTENCE), replace(asked(SENTENCE, document_id="PMC2.1"), licence=licence)
    usual, own = curate([free, alike], CurationRules()), curate([free, alike], CurationRules(share_alike=True))
    assert (usual.kept, own.kept) == ((free,), (alike,))
    assert [(it.reason, it.because) for it in usual.dropped] == [("share_alike_apart", licence)]
    assert [(it.reason, it.because) for it in own.dropped] == [("share_alike_apart", "CC-BY-4.0")]


def test_near_duplicates_stay_when_nobody_minds():
    both = [asked(SENTENCE), asked(SENTENCE.replace("cities", "towns"), document_id="PMC2.1")]
    assert len(curate(both, CurationRules(alike=None)).kept) == 2


def test_questions_from_templates_are_no_duplicates_of_one_another():
    both = [direction_question("TP53"), direction_question("TP63")]
    assert len(curate(both, CurationRules()).kept) == 2


@pytest.mark.parametrize(
    ("item", "how"),
    [
        (BenchmarkItem("b", "1", "Which drug?", "It is known that metformin lowered the mortality of heart failure by "
                       "12.5% in all."), None),
        (BenchmarkItem("b", "1", "Which drug?", "of elderly patients from three cities metformin lowered the mortality "
                       "of heart failure by half"), "same_words"),
        (BenchmarkItem("b", "1", SENTENCE.replace("metformin", "aspirin")), "near_duplicate"),
        (BenchmarkItem("pubmedqa", "9", "Is it so?", source="PMC1.1"), "same_paper"),
        (BenchmarkItem("b", "1", "metformin"), None),
    ],
)  # fmt: skip
def test_what_a_benchmark_asks_is_taken_out_and_the_reason_told(item, how):
    question = asked(SENTENCE)
    curated = curate([question], CurationRules(benchmarks=(item,)))
    assert [it.how for it in curated.contaminations] == ([how] if how else [])
    assert curated.kept == (() if how else (question,))
    assert curated.benchmark_sizes == {item.benchmark: 1}


def test_a_benchmark_that_asks_with_the_title_of_the_paper_is_found():
    title = "Do mitochondria play a role in remodelling lace plant leaves during programmed cell death?"
    question = asked(SENTENCE, title=title)
    curated = curate([question], CurationRules(benchmarks=(BenchmarkItem("pubmedqa", "21645374", title),)))
    assert curated.kept == ()


def test_short_benchmark_questions_are_looked_for_whole():
    item = BenchmarkItem("b", "1", "Which organelle makes most of the ATP of a cell?")
    told = "It asks: which organelle makes most of the ATP of a cell, and how?"
    spec = AnswerSpec(AnswerType.SHORT_TEXT, "mitochondrion")
    question = Question("q", "literature.written", (ChatMessage("user", told),), spec, provenance=Provenance("w"))
    assert curate([question], CurationRules(benchmarks=(item,))).kept == ()


def test_order_changes_nothing():
    questions = [asked(SENTENCE.replace("three", word), document_id=f"PMC{n}.1") for n, word in enumerate("abcdef")]
    shuffled = random.Random(3).sample(questions, len(questions))
    assert curate(questions, CurationRules()) == curate(shuffled, CurationRules())


def test_training_questions_get_the_mix_of_a_target_and_held_out_ones_stay():
    told = [SENTENCE.replace("three", word) for word in ("four", "five", "six", "seven", "eight", "nine", "ten")]
    cancer = [asked(told[n], document_id=f"PMC{n}.1", title=f"Tumours of cohort number {n}") for n in range(4)]
    nerves = [asked(told[n + 4], document_id=f"PMC9{n}.1", title=f"Neurons of cohort number {n}") for n in range(2)]
    held = replace(asked(told[6], document_id="PMC8.1", title="Tumours of the last cohort"), split=Split.TEST)
    cancer, nerves = ([replace(item, topics=()) for item in field] for field in (cancer, nerves))
    rules = CurationRules(alike=None, alignment=AlignmentRules({"cancer": 0.5, "neuroscience": 0.5}))
    curated = curate([*cancer, *nerves, held], rules)
    assert curated.supply == {"cancer": 4, "neuroscience": 2}
    assert curated.kept_by_field == {"cancer": 3, "neuroscience": 2}
    assert held in curated.kept
    assert [(item.reason, item.because) for item in curated.dropped] == [("field_is_full", "cancer")]


def test_what_a_reader_rejected_is_out_and_the_reason_told():
    question, other = asked(SENTENCE), direction_question("TP53")
    curated = curate([question, other], CurationRules(rejected={question.id: "two answers", "gone": "x"}))
    assert curated.kept == (other,)
    assert [(item.reason, item.because) for item in curated.dropped] == [("rejected", "two answers")]


def test_the_same_question_of_two_papers_is_kept_once_and_two_answers_are_two_questions():
    told = "In {}, computed tomography (CT) was done at once in all of the patients that were seen."
    other = "In {}, cholera toxin (CT) was found at once in all of the patients that were seen there."
    first, same = (asked(told.format(place), document_id=f"PMC{place}.1") for place in ("Rome", "Oslo"))
    different = asked(other.format("Lima"), document_id="PMC9.1")
    curated = curate([first, same, different], CurationRules())
    assert {item.id for item in curated.kept} == {min(first.id, same.id), different.id}
    assert [item.reason for item in curated.dropped] == ["duplicate"]
