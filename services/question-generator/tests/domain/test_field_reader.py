"""A reader of fields learns from papers with headings, knows when it is not sure, and is measured on unseen papers."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biorl.question_generator.domain.topics.fields import UNKNOWN, PaperWords, field_named_by, fields_of
from biorl.question_generator.domain.topics.reading import NUM_WORDS, features
from biorl.question_generator.domain.topics.training import NEVER, TooFewPapersError, learn

WORDS = {
    "Neoplasms": "cisplatin xenograft biopsy relapse remission staging",
    "Malaria": "artemisinin fever blood village children parasitaemia",
    "Neurons": "spikes recordings firing maze odour patch-clamp",
}
"""Words that the list of fields does not have, by a heading that it has."""
NEUTRAL = ("we", "show", "that", "this", "and", "more", "results")


def paper(number: int, heading: str, chance: random.Random, *, named: bool = True) -> PaperWords:
    words = chance.choices(WORDS[heading].split(), k=8) + chance.choices(NEUTRAL, k=8)
    return PaperWords(f"p{number}", (heading,) if named else (), " ".join(words))


def papers(seed: int = 0, size: int = 60) -> list[PaperWords]:
    chance = random.Random(seed)
    return [paper(number, sorted(WORDS)[number % 3], chance) for number in range(size)]


def test_it_reads_fields_from_words_that_the_list_does_not_have() -> None:
    reader, learnt = learn(papers(), 0.9, 0)
    unseen = [paper(number, heading, random.Random(9)) for number, heading in enumerate(sorted(WORDS))]
    assert [reader.field_of(it.text) for it in unseen] == [field_named_by(it.headings) for it in unseen]
    assert learnt.accuracy > 0.9 > learnt.word_list_accuracy
    assert learnt.papers == {"cancer": 20, "infection": 20, "neuroscience": 20}


def test_it_says_nothing_when_it_is_not_sure() -> None:
    reader, _ = learn(papers(), 0.9, 0)
    assert reader.field_of("we show that this and more results") == ""
    assert reader.field_of("") == ""


def test_what_cannot_be_learnt_is_never_named() -> None:
    """Labels without relation to texts: no threshold reaches the accuracy asked for, or hardly any paper is named."""
    chance = random.Random(1)
    texts = [PaperWords(it.id, (chance.choice(sorted(WORDS)),), it.text) for it in papers(size=90)]
    reader, learnt = learn(texts, 0.9, 0)
    assert learnt.accuracy < 0.6
    assert learnt.answered < 0.2
    assert reader.threshold > 0.5 or reader.threshold == NEVER


def test_the_same_papers_and_seed_give_the_same_reader() -> None:
    (one, told), (two, told_again) = learn(papers(), 0.8, 3), learn(papers(), 0.8, 3)
    assert told == told_again
    assert np.array_equal(one.weights, two.weights)
    assert (one.threshold, one.accuracy) == (two.threshold, two.accuracy)


def test_two_fields_are_enough_and_one_is_not() -> None:
    two = [it for it in papers() if it.headings != ("Neurons",)]
    reader, _ = learn(two, 0.8, 0)
    assert {reader.field_of(it.text) for it in two} <= {"cancer", "infection", ""}
    with pytest.raises(TooFewPapersError, match="at least 5 papers of each of two fields"):
        learn([it for it in two if it.headings == ("Malaria",)], 0.8, 0)


def test_fields_with_a_handful_of_papers_are_left_out_and_told() -> None:
    _, learnt = learn([*papers(), PaperWords("x", ("Botany of plants",), "leaf")], 0.8, 0)
    assert learnt.left_out == {"plants": 1}


def test_headings_come_before_the_reader_and_what_it_does_not_know_is_unknown() -> None:
    reader, _ = learn(papers(), 0.9, 0)
    chance = random.Random(5)
    found = fields_of(
        [
            PaperWords("named", ("Malaria",), WORDS["Neurons"]),
            paper(1, "Neurons", chance, named=False),
            PaperWords("open", (), "results"),
        ],
        reader,
    )
    assert found.fields == {"named": "infection", "p1": "neuroscience", "open": UNKNOWN}
    assert found.agreement == reader.accuracy


@given(st.text(max_size=200))
def test_any_text_has_features_of_bounded_length(text: str) -> None:
    seen = features(text, np.ones(NUM_WORDS, dtype=np.float32))
    assert np.isfinite(seen).all()
    assert np.linalg.norm(seen[:NUM_WORDS]) <= 1 + 1e-5
