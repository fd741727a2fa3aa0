"""The page says what is known, claims no more than that, and loads nothing."""

import re
from dataclasses import replace

import pytest

from biorl.standalone.report.facts import (
    Calibration,
    CalibrationBin,
    Evaluation,
    Facts,
    Row,
    ServiceUse,
    Step,
)
from biorl.standalone.report.plots import COLOURS
from biorl.standalone.report.render import to_html, verdict

EVALUATION = Evaluation(
    rows=(
        Row("policy before", 0.49, 0.44, 0.54),
        Row("policy after", 0.77, 0.72, 0.82, spread=0.15),
        Row("verifier", 0.76),
    ),
    null=(0.45, 0.5, 0.6),
    share_of_lift=1.04,
)
FACTS = Facts(
    run="demo",
    data="Simulated organism",
    task="perturbation.direction",
    cell_line="SimA",
    evaluation=EVALUATION,
    steps=tuple(Step(number, 0.5 + number / 100) for number in range(20)),
    calibration=(
        Calibration("perturbation-knn", "training", (CalibrationBin(0.1, 0.12, 5), CalibrationBin(0.9, 0.8, 7))),
    ),
    statuses={"reward": {"SCORED": 10}},
    questions={"perturbation.direction": {"train": 5, "test": 3}},
    topics={"<script>alert(1)</script>": 3},
    documents={"ingested": 3, "retracted": 1},
    usage=(ServiceUse("ingester", 1.0, 2.0, 30.0, 1),),
    configuration={"ingester": "bus: <b>"},
    remarks=("Prompts cover the benchmark's pairs.",),
)


def test_the_page_loads_nothing_from_anywhere() -> None:
    page = to_html(FACTS)
    assert not re.search(r"""(src|href)\s*=\s*["'](?!#)""", page.replace("xlink:href", "xlink-href"))
    assert "@import" not in page
    assert "<script" not in page


def test_text_from_outside_is_escaped() -> None:
    page = to_html(FACTS)
    assert "<script>alert" not in page
    assert "bus: &lt;b&gt;" in page


def test_equal_facts_give_an_equal_page() -> None:
    assert to_html(FACTS) == to_html(FACTS)


def test_a_run_without_anything_still_gives_a_page_that_says_so() -> None:
    page = to_html(Facts("empty", "nothing", "perturbation.direction", "SimA"))
    assert "no evaluation" in page
    assert "<svg" not in page


def test_a_policy_within_the_null_is_not_called_better_than_chance() -> None:
    weak = Evaluation((Row("policy before", 0.49), Row("policy after", 0.58)), null=(0.4, 0.59))
    assert "not above chance" in verdict(replace(FACTS, evaluation=weak))


def test_a_policy_whose_answers_hardly_vary_is_called_that() -> None:
    flat = Evaluation((Row("policy before", 0.49), Row("policy after", 0.7, spread=0.001)), null=(0.4, 0.59))
    assert "hardly varies" in verdict(replace(FACTS, evaluation=flat))


def test_a_policy_above_every_draw_is_called_that() -> None:
    assert "above every one of 3 draws" in verdict(FACTS)


@pytest.mark.parametrize(
    "name", [name for name in COLOURS if name not in {"policy before", "policy after", "verifier"}]
)
def test_a_row_whose_name_does_not_say_what_it_is_is_explained(name: str) -> None:
    assert f"“{name}”: " in to_html(FACTS)


@pytest.mark.parametrize("sentence", FACTS.remarks)
def test_remarks_are_always_shown(sentence: str) -> None:
    assert sentence.replace("'", "&#39;") in to_html(FACTS)
