"""A verifier's card for people: a table of how good each model is beside trivial ones, and a picture of
calibration and of risk against coverage. Everything in both is on the card; nothing is measured here.
"""

import io
from collections.abc import Mapping
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich.table import Table

MODEL, TRIVIAL, GRID = "#1b6ca8", "#9a9a9a", "#d0d0d0"


def perturbation_table(card: Mapping[str, Any]) -> Table | None:
    """One row a cell line and task, cross-validated over train perturbations; None for cards of other kinds."""
    entries = _ranked(card)
    if not entries:
        return None
    table = Table(title="Cross-validated over train perturbations (gene frequency ranks at .500)", show_lines=True)
    for heading in (
        "",
        "AUC per gene",
        "95 % over perturbations",
        "coverage",
        "calibration error (gene freq.)",
        "seen",
    ):
        table.add_column(heading)
    for entry in entries:
        table.add_row(*_row(entry))
    return table


def _ranked(card: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [entry for entry in card.get("models", ()) if (entry.get("cross_validated") or {}).get("ranking")]


def _row(entry: Mapping[str, Any]) -> tuple[str, ...]:
    quality = entry["cross_validated"]
    low, high = quality["ranking"].get("interval_over_perturbations") or quality["ranking"]["interval_over_genes"]
    over = "" if "interval_over_perturbations" in quality["ranking"] else " (over genes: too narrow)"
    rival = quality.get("gene_frequency_calibration_error")
    return (
        _name(entry),
        f"{quality['ranking']['auc_per_gene']:.3f}",
        f"{low:.3f} to {high:.3f}{over}",
        f"{quality['coverage']:.3f}" if "coverage" in quality else "",
        f"{quality['calibration_error']:.3f}" + ("" if rival is None else f" ({rival:.3f})"),
        _seen(entry.get("learnt_across_lines")),
    )


def _name(entry: Mapping[str, Any]) -> str:
    if subject := entry.get("gene_class") or entry.get("property"):
        return str(subject)
    return f"{entry.get('cell_line', '')} {entry.get('task', '').removeprefix('perturbation.')}".strip()


def _seen(leakage: Mapping[str, Any] | None) -> str:
    """What the model had seen elsewhere of the perturbations that are held out here."""
    if not leakage:
        return "own line"
    held_out, seen = leakage["held_out_perturbations"], leakage["held_out_with_labels_in_other_lines"]
    lines = ", ".join(leakage["lines"])
    return f"{lines}; {seen} of {held_out} held-out perturbations" if lines else "own line"


def labels_table(card: Mapping[str, Any]) -> Table | None:
    """One row a class of genes or property of molecules; None for cards of other kinds."""
    rows = [_labels_row(entry) for entry in card.get("models", ()) if _measure(_quality(entry))]
    if not rows:
        return None
    table = Table(
        "", "labels", "measure", "model", "95 %", "trivial models", "calibration", title="Cross-validated on train"
    )
    for row in rows:
        table.add_row(*row)
    return table


def _quality(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    return entry.get("leave_one_out") or entry.get("cross_validated") or {}


def _measure(quality: Mapping[str, Any]) -> str | None:
    return next((each for each in ("auroc", "rmse") if f"{each}_interval" in quality), None)


def _labels_row(entry: Mapping[str, Any]) -> tuple[str, ...]:
    quality = _quality(entry)
    measure = _measure(quality) or ""
    interval = " to ".join(_short(end) for end in quality[f"{measure}_interval"])
    trivial = ", ".join(f"{rival} {_short(each[measure])}" for rival, each in sorted(quality["trivial"].items()))
    told = (str(quality["num"]), measure.upper(), _short(quality[measure]), interval, trivial, _calibrated(quality))
    return _name(entry), *told


def _calibrated(quality: Mapping[str, Any]) -> str:
    """The error beside the one that chance shows of a model without fault; of numbers, how often the interval holds."""
    if "interval_90_holds" in quality:
        return f"90 % interval holds {_short(quality['interval_90_holds'])}"
    chance = quality["calibration_error_by_chance"]["mean"]
    return f"error {_short(quality['calibration_error'])} (chance {_short(chance)})"


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def pictures(card: Mapping[str, Any]) -> str | None:
    """SVG: for each model its calibration and its risk by coverage; None for a card without them."""
    entries = [entry for entry in card.get("models", ()) if {"reliability", "risk_curves"} <= set(_quality(entry))]
    if not entries:
        return None
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "biorl", "font.size": 9}):
        figure = Figure(figsize=(7.5, 2.7 * len(entries)), layout="constrained")
        for row, entry in zip(figure.subplots(len(entries), 2, squeeze=False), entries, strict=True):
            _calibration(row[0], _name(entry), _quality(entry))
            _risk(row[1], _quality(entry))
        sink = io.StringIO()
        figure.savefig(sink, format="svg", metadata={"Date": None, "Creator": None})
    return sink.getvalue()


def _calibration(axes: Axes, name: str, quality: Mapping[str, Any]) -> None:
    bins = quality["reliability"]
    said, true = [one["probability"] for one in bins], [one["observed"] for one in bins]
    numbers = _measure(quality) == "rmse"
    ends = [min(said + true), max(said + true)] if numbers else [0, 1]
    axes.plot(ends, ends, color=GRID, linewidth=1)
    axes.plot(said, true, "o-", color=MODEL, markersize=3)
    axes.set_title(name, loc="left")
    axes.set_xlabel("expected number" if numbers else "probability")
    axes.set_ylabel("mean of true ones" if numbers else "share that came true")


def _risk(axes: Axes, quality: Mapping[str, Any]) -> None:
    for name, curve in sorted(quality["risk_curves"].items(), key=lambda each: each[0] == "beliefs"):
        coverage, risk = zip(*curve, strict=True)
        axes.plot(coverage, risk, color=MODEL if name == "beliefs" else TRIVIAL, label=name.replace("_", " "))
    axes.set_xlabel("coverage, the surest first")
    axes.set_ylabel("RMSE" if _measure(quality) == "rmse" else "calls that are wrong")
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False)
