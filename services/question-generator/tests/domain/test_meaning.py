"""Of questions with one answer that mean the same one stays; how many are compared at once changes nothing."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biorl.question_generator.domain.meaning import SameMeaning, Vectors, same_in_meaning


class Compass:
    """Texts are angles in degrees; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.asked.extend(texts)
        angles = np.radians([float(text) for text in texts])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def alike(texts: Sequence[str], answers: Sequence[str], threshold: float = 0.9, block: int = 2048) -> dict[int, int]:
    return same_in_meaning(texts, answers, SameMeaning(Compass().embed, threshold), block)


def test_what_means_the_same_goes_and_names_the_one_that_stays() -> None:
    assert alike(["0", "90", "10", "95"], ["a"] * 4) == {2: 0, 3: 1}


def test_other_answers_are_other_findings() -> None:
    assert alike(["0", "1"], ["2-fold", "3-fold"]) == {}


def test_what_shares_its_answer_with_nobody_is_never_embedded() -> None:
    compass = Compass()
    same_in_meaning(["1", "2", "3"], ["a", "b", "a"], SameMeaning(compass.embed))
    assert set(compass.asked) == {"1", "3"}


def test_what_is_like_one_that_goes_stays() -> None:
    """0 and 20 are alike, 20 and 40 are, 0 and 40 are not: 40 resembles nothing that stays."""
    assert alike(["0", "20", "40"], ["a"] * 3) == {1: 0}


def test_a_text_without_a_vector_resembles_nothing() -> None:
    def nothing(texts: Sequence[str]) -> Vectors:
        return np.zeros((len(texts), 2), dtype=np.float32)

    assert same_in_meaning(["a", "b"], ["x", "x"], SameMeaning(nothing)) == {}


@given(
    st.lists(st.tuples(st.integers(0, 359), st.sampled_from("ab")), max_size=30),
    st.integers(1, 7),
    st.sampled_from([0.5, 0.9, 0.99]),
)
def test_blocks_change_nothing(items: list[tuple[int, str]], block: int, threshold: float) -> None:
    texts, answers = [str(angle) for angle, _ in items], [answer for _, answer in items]
    found = alike(texts, answers, threshold, block)
    assert found == alike(texts, answers, threshold)
    for later, earlier in found.items():
        assert earlier < later
        assert earlier not in found
        assert answers[earlier] == answers[later]
        assert np.cos(np.radians(items[later][0] - items[earlier][0])) >= threshold - 1e-5
    stay = [index for index in range(len(items)) if index not in found]
    for place, one in enumerate(stay):
        for other in stay[:place]:
            apart = np.cos(np.radians(items[one][0] - items[other][0]))
            assert answers[one] != answers[other] or apart < threshold + 1e-5


@pytest.mark.parametrize("block", [3, 2048])
def test_no_more_than_a_block_is_asked_at_once(block: int) -> None:
    sizes: list[int] = []

    def embed(texts: Sequence[str]) -> Vectors:
        sizes.append(len(texts))
        return Compass().embed(texts)

    same_in_meaning([str(number) for number in range(10)], ["a"] * 10, SameMeaning(embed), block)
    assert max(sizes) <= block
