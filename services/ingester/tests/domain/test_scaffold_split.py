"""The scaffold split: whole scaffolds on one side, the same ones every time."""

from collections import Counter, defaultdict

from hypothesis import given
from hypothesis import strategies as st

from biorl.ingester.domain.scaffold_split import ScaffoldRule, scaffold_split
from biorl.questions.question import Split

MOLECULES = st.dictionaries(st.integers(0, 500).map("M{}".format), st.sampled_from("ABCDEFGHIJKLMNOP"), min_size=1)


@given(MOLECULES)
def test_a_scaffold_is_never_on_two_sides(scaffolds: dict[str, str]) -> None:
    sides = defaultdict(set)
    for molecule, side in scaffold_split(scaffolds, ScaffoldRule()).items():
        sides[scaffolds[molecule]].add(side)
    assert all(len(each) == 1 for each in sides.values())


@given(MOLECULES)
def test_the_order_of_the_rows_changes_nothing(scaffolds: dict[str, str]) -> None:
    backwards = dict(reversed(scaffolds.items()))
    assert scaffold_split(scaffolds, ScaffoldRule()) == scaffold_split(backwards, ScaffoldRule())


@given(MOLECULES)
def test_train_is_never_more_than_its_share(scaffolds: dict[str, str]) -> None:
    counts = Counter(scaffold_split(scaffolds, ScaffoldRule()).values())
    assert counts[Split.TRAIN] <= 0.8 * len(scaffolds) + 1e-9


def test_the_commonest_scaffolds_are_learnt_and_the_rarest_are_asked() -> None:
    scaffolds = {f"common{n}": "A" for n in range(8)} | {"rare1": "B", "rare2": "C"}
    sides = scaffold_split(scaffolds, ScaffoldRule())
    assert {sides[f"common{n}"] for n in range(8)} == {Split.TRAIN}
    assert (sides["rare1"], sides["rare2"]) == (Split.VALIDATION, Split.TEST)
