"""What does not stand by itself is refused, with its reason."""

import pytest

from biorl.answers.spec import AnswerSpec, AnswerType
from biorl.question_generator.domain.literature.candidate import Candidate
from biorl.question_generator.domain.literature.gates import fault_of_candidate, fault_of_sentence
from biorl.question_generator.domain.literature.wording import BLANK, blanked, readable

GOOD = "Loss of the tumour suppressor raised survival of neurons by _____ in old mice."


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (GOOD, ""),
        ("This raised the survival of many old neurons by _____ in all mice.", "anaphora"),
        ("The patients had a survival rate of _____ after the first long year.", "anaphora"),
        ("Survival of these neurons in old mice was raised by _____ in a year.", "anaphora"),
        ("Neurons of mice and rats survived by _____ and 3 more days, respectively.", "anaphora"),
        ("As Figure 2 shows survival of old neurons was raised by _____ in mice.", "reference_to_figure"),
        ("Survival of old neurons in stable conditions was raised by _____ in mice.", ""),
        ("Smith et al. found that survival of old neurons was raised by _____ there.", "citation_list"),
        ("Survival of old neurons12,13 was raised by _____ in mice of any age.", "citation_list"),
        ("Neurons of old mice were incubated for _____ in a buffer at room temperature.", "procedure"),
        ("We measured survival of old neurons for _____ in mice of any age.", "procedure"),
        ("We found that survival of old neurons was raised by _____ in mice.", ""),
        ("Survival (of old neurons was raised by _____ in mice of any age.", "unbalanced_brackets"),
        ("Survival is x = 3 + 4 * y of old neurons < _____ in mice of any age.", "not_prose"),
        ("Localization of old neurons grown with and without _____ in the developing brain of mice.", "no_verb"),
        ("Survival rose by _____ in mice.", "too_short"),
        ("Survival " * 60 + "rose by _____.", "too_long"),
        ("survival of old neurons was raised by _____ in mice of any age.", "not_a_sentence"),
        ("Survival of old neurons was raised by _____ in mice of any age", "not_a_sentence"),
        ("Survival of neurons was raised. it was raised by _____ in mice of any age.", "run_together"),
    ],
)
def test_a_sentence_that_a_reader_cannot_place_is_refused(text, reason):
    assert fault_of_sentence(text, text) == reason


def candidate(gold, kind=AnswerType.SHORT_TEXT, hidden=(), **spec):
    return Candidate(0, len(gold), AnswerSpec(kind, gold, **spec), "a term", hidden=hidden)


@pytest.mark.parametrize(
    ("given", "title", "cloze", "reason"),
    [
        (candidate("titin"), "A study of muscle", f"{BLANK} is a protein.", ""),
        (candidate("titin"), "A study of Titin", f"{BLANK} is a protein.", "answer_in_question"),
        (candidate("titin"), "A study of muscle", f"{BLANK} is a protein, like titin.", "answer_in_question"),
        (candidate("titin"), "A study of titins", f"{BLANK} is a protein.", ""),
        (candidate("TNF-α"), "A study of TNF alpha", f"{BLANK} is a protein.", "answer_in_question"),
        (candidate("titin", accepted=("connectin",)), "Connectin in muscle", f"{BLANK} is one.", "answer_in_question"),
        (candidate("IL-6"), "A study of IL-60", f"{BLANK} is a protein.", ""),
        (candidate("12", AnswerType.NUMBER, unit="%"), "Survival at 12", f"It is {BLANK}.", "answer_in_question"),
        (candidate("12", AnswerType.NUMBER, unit="%"), "Survival at 12.5", f"It is {BLANK}.", ""),
        (candidate("a; b", AnswerType.SET, member_type=AnswerType.SHORT_TEXT), "Plan b", BLANK, "answer_in_question"),
        (candidate("12", AnswerType.NUMBER, unit="furlong"), "A study", BLANK, "unreadable_gold"),
        (candidate("titin"), "A study of muscle", "It is a protein.", "blank_lost"),
    ],
)
def test_a_question_that_tells_its_answer_or_has_none_is_refused(given, title, cloze, reason):
    assert fault_of_candidate(given, title, cloze) == reason


def test_brackets_that_point_elsewhere_go_and_others_stay():
    text = "However, cells (HeLa) died (Fig. 2A, B) at once (Smith et al., 2010) [3,4] (p < 0.01; t-test), again ."
    assert readable(text) == "Cells (HeLa) died at once, again."


def test_a_blank_inside_a_pointing_bracket_is_not_lost():
    sentence = "Cells died (in 5 h, Fig. 2) at once."
    given = Candidate(
        sentence.index("5 h"), sentence.index("5 h") + 3, AnswerSpec(AnswerType.NUMBER, "5", unit="h"), ""
    )
    assert blanked(sentence, given) == f"Cells died (in {BLANK}, Fig. 2) at once."
