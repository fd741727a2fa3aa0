"""Rates come from train rows alone; identity is content."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from biorl.ingester.domain.effects import MAX_READOUTS, Dataset, Measured, ReadoutEffect, assemble
from biorl.questions.question import Context, PerturbationKind, Split

K562 = Context("NCBITaxon:9606", "K562", PerturbationKind.CRISPRI)
RPE1 = Context("NCBITaxon:9606", "RPE1", PerturbationKind.CRISPRI)
DATASET = Dataset("screen", "d" * 64)


def measured(gene: str, split: Split, *readouts: ReadoutEffect, context: Context = K562) -> Measured:
    return Measured(context, (gene,), split, readouts)


UP, DOWN, SAME = ReadoutEffect("X", True, 1), ReadoutEffect("X", True, -1), ReadoutEffect("X", False, 0)
TRAIN = [measured("A", Split.TRAIN, UP), measured("B", Split.TRAIN, DOWN), measured("C", Split.TRAIN, SAME)]
SETS_OF_READOUTS = st.lists(st.sampled_from([UP, DOWN, SAME]), max_size=6)


def test_rates_count_train_rows() -> None:
    effects = list(assemble(DATASET, [*TRAIN, measured("D", Split.TEST, UP)]))
    assert {item.readouts[0].train_response_rate for item in effects} == {2 / 3}
    assert {item.readouts[0].train_up_rate for item in effects} == {1 / 2}


@given(SETS_OF_READOUTS)
def test_held_out_rows_never_reach_the_rates(held_out: list[ReadoutEffect]) -> None:
    tests = [measured(f"T{number}", Split.TEST, effect) for number, effect in enumerate(held_out)]
    rates = {item.readouts[0].train_response_rate for item in assemble(DATASET, [*TRAIN, *tests])}
    assert rates == {2 / 3}


def test_a_readout_without_a_train_row_has_no_rate() -> None:
    (effects,) = assemble(DATASET, [measured("D", Split.TEST, UP)])
    assert effects.readouts[0].train_response_rate is None
    assert effects.readouts[0].train_up_rate is None


def test_each_context_has_rates_of_its_own() -> None:
    effects = assemble(DATASET, [*TRAIN, measured("A", Split.TRAIN, SAME, context=RPE1)])
    rates = {item.context.cell_line: item.readouts[0].train_response_rate for item in effects}
    assert rates == {"K562": 2 / 3, "RPE1": 0.0}


def test_directions_without_labels_give_an_up_rate_alone() -> None:
    (effects,) = assemble(DATASET, [measured("A", Split.TRAIN, ReadoutEffect("X", None, 1))])
    assert effects.readouts[0].train_response_rate is None
    assert effects.readouts[0].train_up_rate == 1.0


def test_the_order_of_rows_changes_nothing() -> None:
    assert list(assemble(DATASET, TRAIN)) == list(assemble(DATASET, TRAIN[::-1]))


def test_every_message_has_an_id_that_changes_with_its_content() -> None:
    ids = [item.id for item in assemble(DATASET, TRAIN)]
    other = [item.id for item in assemble(replace(DATASET, digest="e" * 64), TRAIN)]
    assert len({*ids, *other}) == 6


def test_more_readouts_than_fit_a_message_become_several() -> None:
    many = tuple(ReadoutEffect(f"G{number}", False, 0) for number in range(MAX_READOUTS + 1))
    first, second = assemble(DATASET, [Measured(K562, ("A",), Split.TRAIN, many)])
    assert (len(first.readouts), len(second.readouts)) == (MAX_READOUTS, 1)
    assert first.key == second.key
    assert first.id != second.id
    assert first.dataset.num_perturbations == 2
