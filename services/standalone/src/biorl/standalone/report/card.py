"""A verifier's card for people: a table of how good each model is beside the gene's own frequency, and a picture of
calibration and of risk against coverage. Everything in both is on the card; nothing is measured here.
"""

import io
from collections.abc import Mapping, Sequence
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
    return f"{entry.get('cell_line', '')} {entry.get('task', '').removeprefix('perturbation.')}".strip()


def _seen(leakage: Mapping[str, Any] | None) -> str:
    """What the model had seen elsewhere of the perturbations that are held out here."""
    if not leakage:
        return "own line"
    held_out, seen = leakage["held_out_perturbations"], leakage["held_out_with_labels_in_other_lines"]
    lines = ", ".join(leakage["lines"])
    return f"{lines}; {seen} of {held_out} held-out perturbations" if lines else "own line"


def pictures(card: Mapping[str, Any]) -> str | None:
    """SVG: for each model its calibration and its risk by coverage; None for a card without them."""
    entries = [entry for entry in _ranked(card) if {"reliability", "risk_curves"} <= set(entry["cross_validated"])]
    if not entries:
        return None
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "biorl", "font.size": 9}):
        figure = Figure(figsize=(7.5, 2.7 * len(entries)), layout="constrained")
        for row, entry in zip(figure.subplots(len(entries), 2, squeeze=False), entries, strict=True):
            _calibration(row[0], _name(entry), entry["cross_validated"]["reliability"])
            _risk(row[1], entry["cross_validated"]["risk_curves"])
        sink = io.StringIO()
        figure.savefig(sink, format="svg", metadata={"Date": None, "Creator": None})
    return sink.getvalue()


def _calibration(axes: Axes, name: str, bins: Sequence[Mapping[str, float]]) -> None:
    axes.plot([0, 1], [0, 1], color=GRID, linewidth=1)
    axes.plot([one["probability"] for one in bins], [one["observed"] for one in bins], "o-", color=MODEL, markersize=3)
    axes.set_title(name, loc="left")
    axes.set_xlabel("probability")
    axes.set_ylabel("share that came true")


def _risk(axes: Axes, curves: Mapping[str, Sequence[Sequence[float]]]) -> None:
    for name, label, colour in (("gene_frequency", "gene frequency", TRIVIAL), ("beliefs", "beliefs", MODEL)):
        coverage, risk = zip(*curves[name], strict=True)
        axes.plot(coverage, risk, color=colour, label=label)
    axes.set_xlabel("coverage, the surest first")
    axes.set_ylabel("calls that are wrong")
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False)
