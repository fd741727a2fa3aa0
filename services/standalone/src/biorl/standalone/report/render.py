"""Facts to one HTML page: everything inline, nothing loaded from anywhere, readable without JavaScript."""

from pathlib import Path

import jinja2
from markupsafe import Markup

from biorl.standalone.report import plots
from biorl.standalone.report.facts import ROWS_IN_WORDS, Facts


def to_html(facts: Facts) -> str:
    """Text from outside (topics, reasons, configuration) is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("biorl.standalone.report", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["decimals"] = decimals
    return environment.get_template("report.html.j2").render(
        facts=facts, pictures=_pictures(facts), verdict=verdict(facts), rows_in_words=ROWS_IN_WORDS
    )


def decimals(value: float | None, places: int = 3) -> str:
    """A number, or a dash for one that is not known."""
    return "–" if value is None else f"{value:.{places}f}"


def verdict(facts: Facts) -> str:
    """What the run showed, in one or two sentences that claim no more than the numbers do."""
    before, after = facts.evaluation.row("policy before"), facts.evaluation.row("policy after")
    if before is None or after is None or before.auc is None or after.auc is None:
        return "The run has no evaluation before and after training."
    moved = f"AUC per gene on held-out questions went from {before.auc:.3f} to {after.auc:.3f}"
    highest = facts.evaluation.null_max
    if highest is None:
        return f"{moved}; there is no null to hold it against."
    if after.auc <= highest:
        return f"{moved}, which is within the null (its highest draw is {highest:.3f}): not above chance."
    flat = after.spread is not None and after.spread < 0.05
    caution = " P(yes) hardly varies, so sampled answers would look alike." if flat else ""
    return f"{moved}, above every one of {len(facts.evaluation.null)} draws of the null ({highest:.3f}).{caution}"


def _pictures(facts: Facts) -> dict[str, Markup]:
    """By name; a picture without data is left out."""
    evaluation = facts.evaluation
    drawn: dict[str, str] = {}
    if facts.steps:
        drawn["reward"] = plots.reward_over_steps(facts.steps)
    if any(row.auc is not None for row in evaluation.rows):
        drawn["null"] = plots.against_the_null(evaluation)
        drawn["intervals"] = plots.intervals(evaluation)
    if any(row.per_gene for row in evaluation.rows):
        drawn["genes"] = plots.genes_before_and_after(evaluation)
    for name, counts, unit in _counted(facts):
        if counts:
            drawn[name] = plots.bars(name, counts, unit)
    if facts.usage:
        drawn["time"] = plots.time_by_service(facts.usage)
    for number, calibration in enumerate(facts.calibration):
        drawn[f"calibration{number}"] = plots.reliability(calibration)
    return {name: Markup(svg) for name, svg in drawn.items()}  # noqa: S704 - matplotlib escapes the text in its SVG


def _counted(facts: Facts) -> list[tuple[str, dict[str, float], str]]:
    tasks = {f"{task}, {split}": float(n) for task, splits in facts.questions.items() for split, n in splits.items()}
    return [
        ("questions", tasks, "questions"),
        ("topics", {name: float(count) for name, count in facts.topics.items()}, "questions"),
        ("documents", {name: float(count) for name, count in facts.documents.items()}, "sources"),
        (
            "refusals",
            {name.replace("_", " "): float(count) for name, count in facts.question_refusals.items()},
            "times",
        ),
    ]


def write_report(facts: Facts, path: Path) -> None:
    path.write_text(to_html(facts), encoding="utf-8")
