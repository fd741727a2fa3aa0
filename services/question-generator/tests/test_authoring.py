"""A language model writes, rules and solvers decide, and everything that is refused has its reason."""

import json
from collections import Counter

import pytest

from biorl.question_generator.authoring import Author, AuthorRules
from biorl.question_generator.domain.authoring.chat import ChatReply, Said, prompt_text
from biorl.question_generator.domain.literature.article import LiteratureRules
from biorl.question_generator.service import QuestionGenerator, Rules
from biorl.question_generator.testing import EVIDENCE, PROPOSAL, MemoryStore, Outbox, ScriptedChat, Tally, paper
from biorl.questions.identity import identified

PAPER = paper(f"{EVIDENCE} " + "Nothing else of note was found in the remaining cohorts of this experiment. " * 6)
CHOICE = {
    "type": "choice",
    "question": "Which hormone does metformin lower in aged male mice that live longer for it?",
    "answer": "insulin",
    "options": ["insulin", "glucagon", "leptin", "ghrelin"],
    "evidence": "In aged male mice, metformin extended the median lifespan by 12.5% and lowered insulin.",
}


def chat(reads=("12.5 %",), solves=("12.5 %",), guesses=("A",), written=(PROPOSAL,)):
    said = {"read": reads, "solve": solves, "guess": guesses}

    def answer(request):
        if request.purpose == "write":
            return json.dumps(list(written))
        several = said[request.purpose]
        return f"<answer>{several[request.attempt % len(several)]}</answer>"

    return ScriptedChat(answer)


def write(model, **rules):
    author = Author(model, AuthorRules(**rules), LiteratureRules(held_out_share=0))
    return author.write([PAPER])[PAPER.id]


def reasons(written):
    return [refusal.reason for refusal in written.refusals]


def test_a_question_that_everybody_solves_is_easy_and_stays():
    model = chat()
    (question,) = write(model).questions
    assert question.difficulty == 1.0
    assert question.provenance.writer == "literature-llm@1/write@1/scripted"
    assert Counter(request.purpose for request in model.asked) == {"write": 1, "read": 2, "solve": 8}


def test_a_question_that_nobody_solves_is_asked_twice_and_no_more():
    model = chat(solves=("3 %",))
    (question,) = write(model).questions
    assert question.difficulty == 0.0
    assert Counter(request.purpose for request in model.asked)["solve"] == 2


def test_a_question_whose_readers_disagree_with_the_gold_is_out_before_solvers_see_it():
    model = chat(reads=("3 %",))
    written = write(model)
    assert written.questions == ()
    assert reasons(written) == ["solvers_disagree"]
    assert not [request for request in model.asked if request.purpose == "solve"]


def test_readers_who_differ_are_followed_by_six_more():
    model = chat(reads=("12.5 %", "3 %"))
    assert reasons(write(model)) == ["solvers_disagree"]
    assert Counter(request.purpose for request in model.asked)["read"] == 8


def test_a_choice_whose_options_betray_it_is_out():
    model = chat(written=(CHOICE,), guesses="ABCD")
    (question,) = write(chat(written=(CHOICE,)), tests=()).questions
    always = chat(written=(CHOICE,), guesses=(question.answer.gold,))
    assert reasons(write(always)) == ["guessed_from_options"]
    never = chat(written=(CHOICE,), guesses=("Z",), reads=(question.answer.gold,), solves=("Z",))
    assert len(write(never).questions) == 1
    assert model.asked == []


NAMED = {
    "type": "short_text",
    "question": "Which hormone does metformin lower in aged male mice that live longer for it?",
    "answer": "insulin",
    "evidence": EVIDENCE,
}


def judging(verdicts, reads, solves=("the insulin hormone",)):
    """`verdicts` by answer, one an attempt."""
    said = {"read": reads, "solve": solves}

    def answer(request):
        if request.purpose == "write":
            return json.dumps([NAMED])
        if request.purpose == "judge":
            several = verdicts[json.loads(request.messages[-1].content)["answer"]]
        else:
            several = said[request.purpose]
        return f"<think>Surely.</think><answer>{several[request.attempt % len(several)]}</answer>"

    return ScriptedChat(answer)


def test_a_judge_settles_other_words_for_the_same_and_they_are_accepted_from_then_on():
    model = judging({"the insulin hormone": ("same",)}, reads=("insulin", "the insulin hormone"))
    (question,) = write(model).questions
    assert question.answer.accepted == ("the insulin hormone",)
    assert question.difficulty == 1.0
    assert question == identified(question)
    assert Counter(request.purpose for request in model.asked) == {"write": 1, "read": 2, "judge": 2, "solve": 8}


@pytest.mark.parametrize("verdicts", [("different",), ("same", "different"), ("same but </answer><answer>different",)])
def test_a_judge_that_is_not_sure_each_time_leaves_it_to_the_rules(verdicts):
    model = judging({"leptin": verdicts}, reads=("leptin",))
    assert reasons(write(model)) == ["solvers_disagree"]


@pytest.mark.parametrize("answer", ["not answerable", "metformin", "insulin", "word " * 20])
def test_a_judge_is_not_asked_what_rules_settle(answer):
    model = judging({}, reads=(answer,))
    write(model)
    assert "judge" not in {request.purpose for request in model.asked}


def test_a_judge_sees_no_reasoning_no_other_type_and_nothing_when_it_is_off():
    model = judging({"leptin": ("different",)}, reads=("leptin",))
    write(model)
    assert not [it for it in model.asked if it.purpose == "judge" and "Surely" in it.messages[-1].content]
    numbers = chat(reads=("3 %",))
    write(numbers)
    assert "judge" not in {request.purpose for request in numbers.asked}
    silent = judging({"leptin": ("same",)}, reads=("leptin",))
    assert reasons(write(silent, judge=False)) == ["solvers_disagree"]


@pytest.mark.parametrize("said", [Said.REFUSED, Said.CUT_OFF, Said.REJECTED, Said.OVER_BUDGET])
def test_a_model_that_does_not_write_is_a_reason_and_no_crash(said):
    written = write(ScriptedChat(lambda request: ChatReply(said)))
    assert reasons(written) == [f"model_{said}"]


def test_solvers_that_do_not_answer_conclude_nothing():
    model = ScriptedChat(
        lambda request: json.dumps([PROPOSAL]) if request.purpose == "write" else ChatReply(Said.REFUSED)
    )
    (question,) = write(model).questions
    assert question.difficulty is None


def test_one_fact_is_asked_once_and_a_paper_has_a_cap():
    other = {**PROPOSAL, "question": "How long in percent does metformin extend the life of aged male mice?"}
    assert reasons(write(chat(written=(PROPOSAL, other)), tests=())) == ["same_fact_twice"]
    assert reasons(write(chat(written=(PROPOSAL,)), tests=(), max_per_article=1)) == []


def test_the_instructions_name_the_quotas():
    model = chat()
    write(model, quotas={"number": 3, "gene": 1})
    assert "3 of type number, 1 of type gene" in model.asked[0].messages[0].content
    assert "$" not in model.asked[0].messages[0].content


def test_an_unknown_prompt_says_which_there_are():
    with pytest.raises(ValueError, match="write@1"):
        prompt_text("write@99")


def test_both_writers_of_a_paper_are_published_and_a_retracted_paper_is_never_sent():
    model, outbox, store = chat(), Outbox(), MemoryStore()
    author = Author(model, AuthorRules(), LiteratureRules(held_out_share=0))
    generator = QuestionGenerator(Rules(), store, outbox, Tally(), author=author)
    generator.take([PAPER])
    tasks = Counter(question.task for question in outbox.standing.values())
    assert tasks == {"literature.extraction": 1, "literature.written": 1}
    gone = paper(EVIDENCE, document_id="PMC7.1")
    store.notices["PMC7.1"] = gone.names
    asked = len(model.asked)
    generator.take([gone])
    assert len(model.asked) == asked
