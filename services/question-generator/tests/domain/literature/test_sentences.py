"""Sentences are exact slices of their paragraph, and abbreviations do not end them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biorl.question_generator.domain.literature.sentences import sentences_of


def texts(paragraph):
    return [sentence.text for sentence in sentences_of(paragraph)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Growth of E. coli K-12 was 2.5 times slower.",
        "Levels rose (Fig. 2A) in all strains, i.e. in wild type too.",
        "As shown by Smith et al. (2010), it grows.",
        "The cost was 26.6 % higher vs. Controls alone.",
        "It was seen in Aedes sp. Larvae only.",
        "We tested two (A. Lines that grow. B. Lines that do not) in all.",
    ],
)
def test_a_full_stop_inside_a_sentence_does_not_end_it(sentence):
    assert texts(f"{sentence} The next one begins here.") == [sentence, "The next one begins here."]


def test_questions_and_quotations_end_sentences():
    assert texts("Does it grow? “It does.” Then it stops! 12 cells were left.") == [
        "Does it grow?",
        "“It does.”",
        "Then it stops!",
        "12 cells were left.",
    ]


def test_an_unclosed_bracket_swallows_no_more_than_its_paragraph():
    assert texts("One (two. Three. Four.") == ["One (two. Three. Four."]


@given(st.text(alphabet='AbE.?! ()[]"”0µ\n\u00a0', max_size=80))
def test_every_sentence_is_the_slice_that_it_says_it_is(paragraph):
    end = 0
    for sentence in sentences_of(paragraph):
        assert paragraph[sentence.start : sentence.end] == sentence.text
        assert sentence.start >= end
        assert sentence.text.strip() == sentence.text != ""
        end = sentence.end
