"""Labels, genes and sides of the split."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biorl.ingester.domain.labels import DEFAULT_THRESHOLDS, SplitRule, genes_of, is_control, label, split_of
from biorl.questions.question import Split

GENES = st.tuples(st.text("ABC123", min_size=1, max_size=8))


@pytest.mark.parametrize(
    ("log2fc", "padj", "expected"),
    [
        (2.0, 0.01, (True, 1)),
        (-2.0, 0.01, (True, -1)),
        (2.0, 0.2, (False, 0)),
        (0.1, 0.01, (None, 0)),
        (math.log2(1.5), 0.05, (True, 1)),
        (None, 0.01, (True, 0)),
        (2.0, None, (None, 0)),
    ],
)
def test_a_label_needs_significance_and_size(
    log2fc: float | None, padj: float | None, expected: tuple[bool | None, int]
) -> None:
    assert label(log2fc, padj, DEFAULT_THRESHOLDS) == expected


def test_doubles_are_sorted_and_controls_fall_out() -> None:
    assert genes_of("MAP2K6+KLF1") == ("KLF1", "MAP2K6")
    assert genes_of("KLF1+ctrl") == ("KLF1",)
    assert genes_of("control") == ()
    assert is_control("Non-Targeting")


@given(GENES, st.integers(0, 5))
def test_a_perturbation_is_always_on_the_same_side(genes: tuple[str, ...], seed: int) -> None:
    rule = SplitRule(0.3, 0.1, seed)
    assert split_of(genes, rule) is split_of(tuple(reversed(genes)), rule)


def test_the_shares_are_kept() -> None:
    sides = [split_of((f"G{number}",), SplitRule(0.2, 0.1, seed=1)) for number in range(4000)]
    assert sides.count(Split.TEST) / 4000 == pytest.approx(0.2, abs=0.03)
    assert sides.count(Split.VALIDATION) / 4000 == pytest.approx(0.1, abs=0.03)


def test_another_seed_splits_otherwise() -> None:
    one, two = ([split_of((f"G{n}",), SplitRule(0.5, seed=seed)) for n in range(50)] for seed in (1, 2))
    assert one != two
