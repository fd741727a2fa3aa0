"""Near duplicates are found from the threshold on, and nothing below it is called one."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biorl.question_generator.domain.resemblance import Alike, jaccard, matches, near_duplicates, shingles

texts = st.lists(st.text("ab c", max_size=40), max_size=12)


def sharing(runs: int, of: int, seed: int) -> tuple[str, str]:
    """Two texts whose first words agree: `runs` of their three-word runs are shared, of `of` in all."""
    rng = random.Random(seed)
    own = (of - runs) // 2
    words = [f"w{rng.randrange(10**12)}" for _ in range(runs + 2)]
    return " ".join(words + [f"a{seed}{n}" for n in range(own)]), " ".join(words + [f"b{seed}{n}" for n in range(own)])


def test_pairs_at_the_threshold_are_found_as_often_as_is_promised():
    alike, pairs = Alike(), [sharing(24, 40, seed) for seed in range(200)]
    assert all(jaccard(shingles(one), shingles(other)) == pytest.approx(0.6) for one, other in pairs)
    found = near_duplicates([text for pair in pairs for text in pair], alike)
    assert alike.detection(0.6) > 0.95
    assert len(found) / len(pairs) > 0.92
    assert all(later == earlier + 1 for later, earlier in found.items())


def test_pairs_below_the_threshold_are_left_alone():
    pairs = [sharing(20, 40, seed) for seed in range(100)]
    assert near_duplicates([text for pair in pairs for text in pair], Alike()) == {}


@given(texts)
@settings(deadline=None)
def test_what_is_called_a_duplicate_resembles_one_that_stays(several):
    for later, earlier in near_duplicates(several, Alike()).items():
        assert earlier < later
        assert jaccard(shingles(several[earlier]), shingles(several[later])) >= 0.6


def test_a_text_is_found_among_others_and_a_chain_ends_at_its_first():
    text = "metformin extends the life of worms by one third when it is given early"
    longer = text + " in life"
    assert near_duplicates([text, text.upper(), longer], Alike()) == {1: 0, 2: 0}
    assert matches(["nothing of that kind here at all", longer], ["x", text], Alike()) == {1: 1}


def test_texts_without_words_resemble_nothing():
    assert near_duplicates(["", "...", ""], Alike()) == {}
