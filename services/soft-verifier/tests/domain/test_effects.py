"""Only train labels become measurements, in an order that depends on content alone."""

from dataclasses import replace

import pytest

from biorl.genes.symbols import GeneRecord, Symbols
from biorl.questions.question import Outcome, Split
from biorl.soft_verifier.domain.effects import Effect, measurements, perturbation_name, train_only
from biorl.soft_verifier.testing import CONTEXT, screen

SYMBOLS = Symbols.from_records([GeneRecord("AARS1", ("AARS",))])
UP = Effect(CONTEXT, ("AARS",), "ATF4", Split.TRAIN, differentially_expressed=True, direction=1)


def test_a_held_out_row_cannot_become_a_measurement() -> None:
    with pytest.raises(AssertionError, match="held-out effect reached training"):
        measurements([replace(UP, split=Split.TEST)], SYMBOLS)


@pytest.mark.parametrize("split", [Split.TEST, Split.VALIDATION])
def test_only_train_rows_may_be_learnt_from(split: Split) -> None:
    assert train_only([UP, replace(UP, perturbed_genes=("ZAP70",), split=split)], SYMBOLS) == [UP]


@pytest.mark.parametrize("genes", [("AARS",), ("AARS1",), ("aars",)])
@pytest.mark.parametrize("line", [CONTEXT.cell_line, CONTEXT.cell_line.swapcase()])
def test_what_one_dataset_holds_out_is_not_learnt_from_another(genes: tuple[str, ...], line: str) -> None:
    context = replace(CONTEXT, cell_line=line)
    held_out = replace(UP, context=context, perturbed_genes=genes, readout="CHOP", split=Split.TEST, dataset="other")
    assert train_only([UP, held_out], SYMBOLS) == []


def test_what_another_cell_line_holds_out_may_be_learnt_here() -> None:
    elsewhere = replace(UP, context=replace(CONTEXT, cell_line="another"), split=Split.TEST)
    assert train_only([UP, elsewhere], SYMBOLS) == [UP]


def test_one_effect_labels_both_outcomes() -> None:
    parts = measurements([UP], SYMBOLS)
    assert [(part.outcome, part.label.tolist()) for part in parts] == [
        (Outcome.DIFFERENTIALLY_EXPRESSED, [True]),
        (Outcome.UP_REGULATED, [True]),
    ]


def test_no_change_has_no_direction() -> None:
    (part,) = measurements([replace(UP, differentially_expressed=False, direction=0)], SYMBOLS)
    assert part.outcome is Outcome.DIFFERENTIALLY_EXPRESSED
    assert part.label.tolist() == [False]


def test_the_order_of_rows_does_not_matter() -> None:
    rows = train_only(screen(), SYMBOLS)
    for one, two in zip(measurements(rows, SYMBOLS), measurements(rows[::-1] + rows, SYMBOLS), strict=True):
        assert one.perturbations == two.perturbations
        assert one.label.tobytes() == two.label.tobytes()
        assert one.readout.tobytes() == two.readout.tobytes()


def test_genes_perturbed_together_have_one_name_in_any_order() -> None:
    assert (
        perturbation_name(("ZAP70", "AARS"), SYMBOLS) == perturbation_name(("AARS1", "ZAP70"), SYMBOLS) == "AARS1+ZAP70"
    )
