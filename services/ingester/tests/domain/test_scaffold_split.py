"""The scaffold split: whole scaffolds on one side, by size, then by place in the file or by a seed."""

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from biorl.ingester.domain.scaffold_split import ScaffoldRule, scaffold_split
from biorl.questions.question import Split

ROWS = st.lists(st.sampled_from("ABCDEFGHIJKLMNOP"), min_size=1, max_size=200)
RULES = st.builds(ScaffoldRule, seed=st.none() | st.integers(0, 3))


@given(ROWS, RULES)
def test_every_scaffold_has_one_side_and_train_is_never_more_than_its_share(
    rows: list[str], rule: ScaffoldRule
) -> None:
    sides = scaffold_split(rows, rule)
    assert set(sides) == set(rows)
    counts = Counter(sides[scaffold] for scaffold in rows)
    assert counts[Split.TRAIN] <= 0.8 * len(rows) + 1e-9


@given(ROWS, RULES)
def test_a_scaffold_is_kept_from_train_only_where_train_had_no_room_for_it(rows: list[str], rule: ScaffoldRule) -> None:
    sides, sizes = scaffold_split(rows, rule), Counter(rows)
    for scaffold, side in sides.items():
        as_large = [name for name in sides if sizes[name] >= sizes[scaffold] and name != scaffold]
        taken = sum(sizes[name] for name in as_large if sides[name] is Split.TRAIN)
        assert side is Split.TRAIN or taken + sizes[scaffold] > 0.8 * len(rows) - 1e-9


def test_the_commonest_scaffolds_are_learnt_and_of_the_rare_ones_the_first_in_the_file_are_asked() -> None:
    sides = scaffold_split(["B", *"AAAAAAAA", "C"], ScaffoldRule())
    assert sides == {"A": Split.TRAIN, "C": Split.VALIDATION, "B": Split.TEST}


@given(ROWS, st.randoms(use_true_random=False), st.integers(0, 3))
def test_with_a_seed_the_order_of_the_file_says_nothing(rows: list[str], chance: Random, seed: int) -> None:
    shuffled = chance.sample(rows, len(rows))
    assert scaffold_split(shuffled, ScaffoldRule(seed=seed)) == scaffold_split(rows, ScaffoldRule(seed=seed))


def test_another_seed_holds_out_other_scaffolds_of_the_same_size() -> None:
    rows = [f"S{n}" for n in range(50)]
    held_out = [
        {name for name, side in scaffold_split(rows, ScaffoldRule(seed=seed)).items() if side is Split.TEST}
        for seed in (0, 1)
    ]
    assert [len(names) for names in held_out] == [5, 5]
    assert held_out[0] != held_out[1]
