"""Perturbation questions: split-aware, balanced within a readout gene, the same whatever the order."""

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from biorl.answers.checking import require_sound
from biorl.question_generator.domain.perturbation import (
    INFORMATIVE,
    PerturbationRules,
    write_perturbation_questions,
)
from biorl.question_generator.domain.sources import ReadoutEffect
from biorl.question_generator.testing import K562, effects
from biorl.questions.question import Outcome, PerturbationClaim, PerturbationKind, Split

DE, DIRECTION = "perturbation.de", "perturbation.direction"
RULES = PerturbationRules()


def readout(name="ATF4", *, changed=True, direction=1, response_rate=0.5, up_rate=0.5):
    return ReadoutEffect(name, changed, direction, response_rate, up_rate)


def asked(source, rules=RULES):
    return write_perturbation_questions(source, rules).questions


def test_a_change_is_asked_for_once_a_task():
    de, direction = asked(effects("AARS1", [readout()]))
    assert de.prompt[-1].content == (
        "Does CRISPRi of AARS1 in K562 cells change the expression of ATF4 ? Answer yes or no ."
    )
    assert direction.prompt[-1].content == (
        "Does CRISPRi of AARS1 in K562 cells raise the expression of ATF4 ? Answer yes or no ."
    )
    assert de.claim == PerturbationClaim(("AARS1",), "ATF4", K562, Outcome.DIFFERENTIALLY_EXPRESSED)
    assert (de.answer.gold, direction.answer.gold) == ("yes", "yes")
    require_sound(de.answer)


def test_a_gene_that_falls_is_not_raised():
    (question,) = asked(effects("AARS1", [readout(direction=-1)]), PerturbationRules(tasks=(DIRECTION,)))
    assert question.answer.gold == "no"


def test_direction_is_asked_only_of_what_changed():
    unchanged = effects("AARS1", [readout(changed=False, direction=1), readout("MYC", changed=None, direction=0)])
    assert not [question for question in asked(unchanged) if question.task == DIRECTION]


def test_a_source_of_directions_alone_says_nothing_of_change():
    (question,) = asked(effects("AARS1", [readout(changed=None)]))
    assert question.task == DIRECTION


def test_what_the_screen_says_of_itself_travels_with_the_question():
    source = effects("AARS1", [readout()])
    question = asked(source)[0]
    assert question.provenance.sources == (source.id,)
    assert question.provenance.dataset == source.dataset.name
    assert question.licence == source.dataset.licence
    assert question.benchmarks == source.dataset.benchmarks
    assert question.split is Split.TRAIN


def test_every_held_out_pair_is_written_and_can_be_sealed():
    rare = [readout(f"G{number}", changed=number == 0, response_rate=0.001) for number in range(50)]
    questions = asked(effects("AARS1", rare, split=Split.TEST), PerturbationRules(tasks=(DE,)))
    assert len(questions) == 50
    assert {question.sealed().answer.gold for question in questions} == {None}


def test_only_a_readout_with_both_answers_in_train_is_informative():
    rates = {"both": 0.2, "never": 0.0, "always": 1.0, "unknown": None}
    source = effects("AARS1", [readout(name, response_rate=rate) for name, rate in rates.items()], split=Split.TEST)
    marked = {
        question.claim.readout
        for question in asked(source, PerturbationRules(tasks=(DE,)))
        if INFORMATIVE in question.topics
    }
    assert marked == {"both"}


def test_a_readout_with_one_answer_teaches_only_its_base_rate_and_is_refused():
    written = write_perturbation_questions(
        effects("AARS1", [readout(response_rate=1.0)]), PerturbationRules(tasks=(DE,))
    )
    assert not written.questions
    assert [refusal.reason for refusal in written.refusals] == ["uninformative_readout"]


def test_the_perturbed_gene_is_not_asked_about_itself():
    written = write_perturbation_questions(effects("AARS1", [readout("AARS1")]), PerturbationRules(tasks=(DE,)))
    assert [refusal.reason for refusal in written.refusals] == ["perturbed_gene_itself"]


def test_train_questions_of_a_readout_are_balanced():
    changed = {f"P{number}": number < 200 for number in range(2000)}
    questions = [
        question
        for perturbed, change in changed.items()
        for question in asked(
            effects(perturbed, [readout(changed=change, response_rate=0.1)]), PerturbationRules(tasks=(DE,))
        )
    ]
    yes = sum(question.answer.gold == "yes" for question in questions)
    assert yes == 200
    # the number of "no" is binomial(1800, 1/9): 200, give or take 13
    assert abs(len(questions) - yes - 200) < 5 * 13.4


def test_unbalanced_rules_keep_every_pair():
    source = effects("AARS1", [readout(f"G{number}", changed=False, response_rate=0.01) for number in range(40)])
    assert len(asked(source, PerturbationRules(tasks=(DE,), balanced=False))) == 40


def test_a_cap_keeps_the_same_questions_of_train_and_leaves_the_held_out_alone():
    readouts = [readout(f"G{number}") for number in range(30)]
    capped = PerturbationRules(tasks=(DE,), max_train_per_perturbation=5)
    written = write_perturbation_questions(effects("AARS1", readouts), capped)
    assert len(written.questions) == 5
    assert sum(refusal.reason == "over_cap" for refusal in written.refusals) == 25
    backwards = asked(effects("AARS1", readouts[::-1]), capped)
    assert {item.claim.readout for item in written.questions} == {item.claim.readout for item in backwards}
    assert len(asked(effects("AARS1", readouts, split=Split.TEST), capped)) == 30


def test_another_seed_has_other_luck():
    source = effects("AARS1", [readout(f"G{number}", changed=False, response_rate=0.2) for number in range(200)])
    first = {item.claim.readout for item in asked(source, PerturbationRules(tasks=(DE,), seed=1))}
    second = {item.claim.readout for item in asked(source, PerturbationRules(tasks=(DE,), seed=2))}
    assert first != second


def test_other_kinds_of_perturbation_are_called_by_their_names():
    contexts = {
        "overexpression of MYC": PerturbationKind.OVEREXPRESSION,
        "treatment with MYC": PerturbationKind.COMPOUND,
        "perturbation of MYC": None,
    }
    for words, kind in contexts.items():
        source = effects("MYC", [readout()], context=replace(K562, perturbation_kind=kind))
        assert words in asked(source)[0].prompt[-1].content


rates = st.none() | st.floats(min_value=0, max_value=1)
measured = st.builds(
    ReadoutEffect,
    st.text("ABC123", min_size=1, max_size=4),
    st.none() | st.booleans(),
    st.sampled_from([-1, 0, 1]),
    rates,
    rates,
)


@given(st.lists(measured, max_size=12, unique_by=lambda item: item.readout), st.randoms(), st.sampled_from(Split))
def test_what_is_accepted_does_not_depend_on_order_or_neighbours(readouts, chance: random.Random, split):
    source = effects("P", readouts, split=split)
    shuffled = list(readouts)
    chance.shuffle(shuffled)
    together = {item.id for item in asked(replace(source, readouts=tuple(shuffled)))}
    alone = {item.id for one in readouts for item in asked(replace(source, readouts=(one,)))}
    assert {item.id for item in asked(source)} == together == alone


@given(st.lists(measured, max_size=12, unique_by=lambda item: item.readout))
def test_every_known_label_is_asked_or_refused(readouts):
    written = write_perturbation_questions(effects("P", readouts), PerturbationRules(tasks=(DE,)))
    known = sum(item.differentially_expressed is not None for item in readouts)
    assert len(written.questions) + len(written.refusals) == known
