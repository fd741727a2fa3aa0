"""A paper has a field, and a dataset gets the mix of fields that it is asked for as far as its supply goes."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biorl.question_generator.domain.topics.alignment import plan, quotas, sample
from biorl.question_generator.domain.topics.fields import UNKNOWN, PaperWords, field_named_by, fields_of
from biorl.questions.testing import direction_question

FIELDS = ("cancer", "infection", "neuroscience")
shares = st.dictionaries(st.sampled_from(FIELDS), st.floats(0.01, 1), min_size=1)
supplies = st.dictionaries(st.sampled_from(FIELDS), st.integers(0, 50))


@pytest.mark.parametrize(
    ("headings", "field"),
    [
        (("Humans", "Lung Neoplasms", "Signal Transduction"), "cancer"),
        (("Mycobacterium tuberculosis",), "infection"),
        (("Neuroscience", "Mouse"), "neuroscience"),
        (("Humans", "Female"), ""),
    ],
)
def test_headings_name_a_field(headings, field):
    assert field_named_by(headings) == field


def test_text_names_it_where_headings_do_not_and_the_agreement_is_told():
    papers = [
        PaperWords("a", ("Neoplasms",), "tumour growth"),
        PaperWords("b", ("Malaria",), "cancer cancer"),
        PaperWords("c", (), "viruses infect bacteria"),
        PaperWords("d", (), "of"),
    ]
    found = fields_of(papers)
    assert found.fields == {"a": "cancer", "b": "infection", "c": "infection", "d": UNKNOWN}
    assert (found.num_named, found.agreement) == (2, 0.5)


@given(shares, st.floats(0, 2), st.integers(0, 500))
def test_quotas_add_up(target, alpha, size):
    assert sum(quotas(target, alpha, size).values()) == size


def test_alpha_one_is_the_target_and_alpha_zero_is_even():
    target = {"cancer": 0.5, "infection": 0.3, "neuroscience": 0.2}
    assert quotas(target, 1, 100) == {"cancer": 50, "infection": 30, "neuroscience": 20}
    assert set(quotas(target, 0, 99).values()) == {33}


def test_a_plan_says_supply_repeats_and_what_is_reachable():
    done = plan({"cancer": 90, "infection": 10, "plants": 5}, {"cancer": 0.5, "infection": 0.5}, 1.0, 40)
    assert (done.fields["infection"].wanted, done.fields["infection"].kept) == (20, 10)
    assert done.fields["infection"].repeats == 2.0
    assert done.fields["plants"].kept == 0
    assert done.reachable is None
    assert done.largest == 21  # 11 and 10


def test_a_softer_alpha_can_reach_what_the_target_itself_cannot():
    done = plan({"cancer": 60, "infection": 60}, {"cancer": 0.8, "infection": 0.2}, 1.0, 100)
    assert done.reachable is not None
    assert done.reachable[0] == 0.0
    assert 0 < done.reachable[1] < 1


@given(supplies, shares, st.floats(0, 1))
def test_the_largest_size_needs_no_repeats_and_one_more_does(supply, target, alpha):
    done = plan(supply, target, alpha, None)
    assert all(field.repeats <= 1 for field in done.fields.values())
    more = plan(supply, target, alpha, done.size + 1)
    assert done.size == sum(supply.values()) or any(field.repeats > 1 for field in more.fields.values())


def test_a_sample_fills_each_field_in_the_same_way_whatever_the_order():
    questions = [direction_question(f"P{number}") for number in range(60)]
    field_of = {item.id: FIELDS[number % 3] for number, item in enumerate(questions)}
    done = plan(Counter(field_of.values()), {"cancer": 0.5, "infection": 0.25, "neuroscience": 0.25}, 1.0, None)
    kept = sample(questions, field_of, done, seed=1)
    assert Counter(field_of[item] for item in kept) == {"cancer": 20, "infection": 10, "neuroscience": 10}
    assert sample(questions[::-1], field_of, done, seed=1) == kept
    assert sample(questions, field_of, done, seed=2) != kept
