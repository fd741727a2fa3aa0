"""A verifier's card, and its quality on held-out data, for people: what it was made of, a table of how good each model
is beside trivial ones, and a picture of calibration and of risk against coverage. Nothing is measured here.
"""

import io
import string
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich.table import Column, Table

MODEL, TRIVIAL, GRID = "#1b6ca8", "#9a9a9a", "#d0d0d0"
NAMED = 6
"""Of a longer list so many are named, and all are counted."""

Entry = Mapping[str, Any]


def provenance_table(card: Entry) -> Table:
    """What a model was made of and what it leaves out, shortened; the models themselves are left to other tables."""
    table = Table(title=f"{card['name']}@{card['version']}", show_header=False)
    for key, value in card.items():
        if key not in {"name", "version", "models"} and value not in ([], {}):
            table.add_row(key.replace("_", " "), "\n".join(_lines(value)))
    return table


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            inner = list(_lines(item))
            if isinstance(item, Mapping):
                yield from (f"{key}", *(f"  {line}" for line in inner))
            else:
                yield f"{key}: {', '.join(inner)}"
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        yield from (", ".join(_lines(item)) for item in value)
    elif isinstance(value, list):
        named = ", ".join(_short(item) for item in value[:NAMED])
        yield f"{len(value)} ({named}, ...)" if len(value) > NAMED else named
    else:
        yield _short(value)


def _short(value: Any) -> str:
    """A digest by its first digits, a number by three behind the point."""
    if isinstance(value, str) and len(value) == 64 and set(value) <= set(string.hexdigits):
        return value[:12]
    return f"{value:.3f}" if isinstance(value, float) else "" if value is None else str(value)


def card_table(card: Entry) -> Table | None:
    """How good each model is, cross-validated on train; None where the card does not say."""
    return _perturbations(_of_card(card), "Cross-validated over train perturbations") or _labels(
        _of_card(card), "Cross-validated on train"
    )


def report_tables(reports: Sequence[Entry]) -> Iterator[Table]:
    """What `biorl verifier evaluate` measured; a row for what was abstained on altogether, too."""
    pairs = [report for report in reports if "num_pairs" in report]
    others = [report for report in reports if "num_pairs" not in report]
    for table in (_perturbations(_of_reports(pairs), "Held out"), _labels(_of_reports(others), "Held out")):
        if table:
            yield table


def _of_card(card: Entry) -> list[tuple[Entry, Entry]]:
    """Models and their quality."""
    return [(entry, _quality(entry)) for entry in card.get("models", ()) if _is_measured(_quality(entry))]


def _of_reports(reports: Sequence[Entry]) -> list[tuple[Entry, Entry]]:
    return [(report, report) for report in reports]


def _is_measured(quality: Entry) -> bool:
    return bool(quality.get("ranking") or _measure(quality))


def _perturbations(rows: Sequence[tuple[Entry, Entry]], title: str) -> Table | None:
    if not any(quality.get("ranking") for _, quality in rows):
        return None
    headings = ("", "pairs", "AUC per gene", "95 %", "trivial", "coverage", "calibration error (gene freq.)", "remarks")
    table = Table(*(Column(each, overflow="fold") for each in headings), title=title, show_lines=True)
    for entry, quality in rows:
        table.add_row(*_perturbation_row(entry, quality))
    return table


def _perturbation_row(entry: Entry, quality: Entry) -> tuple[str, ...]:
    ranking, rival = quality.get("ranking") or {}, quality.get("gene_frequency_calibration_error")
    trivial = {"gene frequency": ranking.get("gene_frequency_auc_per_gene"), **quality.get("trivial_auc_per_gene", {})}
    trivial["mean shift"] = quality.get("mean_shift_auc_per_gene")
    return (
        _name(entry),
        str(entry.get("num_pairs", quality.get("num_pairs", ""))),
        _short(ranking.get("auc_per_gene")),
        _interval(ranking),
        "\n".join(f"{name.replace('_', ' ')} {_short(auc)}" for name, auc in trivial.items() if auc is not None),
        _short(quality.get("coverage")),
        _short(quality.get("calibration_error")) + ("" if rival is None else f" ({rival:.3f})"),
        _remarks(entry),
    )


def _interval(ranking: Entry) -> str:
    if ends := ranking.get("interval_over_perturbations"):
        return f"{ends[0]:.3f} to {ends[1]:.3f}"
    ends = ranking.get("interval_over_genes")
    return f"{ends[0]:.3f} to {ends[1]:.3f} (over genes: too narrow)" if ends else ""


def _remarks(entry: Entry) -> str:
    """Of a card: what was seen elsewhere of what is held out. Of a report: that too, and why what was abstained on."""
    if "abstained" in entry:
        return "\n".join(filter(None, (_leaked(entry.get("leakage")), _counted(entry["abstained"]))))
    return _seen(entry.get("learnt_across_lines"))


def _name(entry: Entry) -> str:
    if subject := entry.get("gene_class") or entry.get("property") or entry.get("name"):
        return str(subject)
    return f"{entry.get('cell_line', '')} {entry.get('task', '').removeprefix('perturbation.')}".strip()


def _counted(reasons: Mapping[str, int]) -> str:
    return "\n".join(f"{number} {reason.replace('_', ' ')}" for reason, number in reasons.items())


def _seen(leakage: Entry | None) -> str:
    """What the model had seen elsewhere of the perturbations that are held out here."""
    if not leakage:
        return "own line"
    held_out, seen = leakage["held_out_perturbations"], leakage["held_out_with_labels_in_other_lines"]
    lines = ", ".join(leakage["lines"])
    return f"{lines}; {seen} of {held_out} held-out perturbations" if lines else "own line"


def _leaked(leakage: Entry | None) -> str:
    """Of a report: how many of its perturbations the model had labels of; empty when none."""
    if not leakage:
        return ""
    number, own, other = (leakage[key] for key in ("num_perturbations", "learnt_in_this_line", "learnt_in_other_lines"))
    told = {"learnt from: not held out": own, "known from other lines": other}
    return "\n".join(f"{seen} of {number} perturbations {what}" for what, seen in told.items() if seen)


def _labels(rows: Sequence[tuple[Entry, Entry]], title: str) -> Table | None:
    if not rows:
        return None
    table = Table(title=title, show_lines=True)
    table.add_column("", no_wrap=True)
    for heading in ("labels", "measure", "model", "95 %", "trivial", "calibration", "abstains"):
        table.add_column(heading, overflow="fold")
    for entry, quality in rows:
        table.add_row(*_labels_row(entry, quality))
    return table


def _quality(entry: Entry) -> Entry:
    return entry.get("leave_one_out") or entry.get("cross_validated") or {}


def _measure(quality: Entry) -> str | None:
    return next((each for each in ("auroc", "rmse") if f"{each}_interval" in quality), None)


def _labels_row(entry: Entry, quality: Entry) -> tuple[str, ...]:
    measure = _measure(quality)
    if measure is None:
        return _name(entry), str(entry.get("num", "")), "", "", "", "", "", _abstains(entry)
    trivial = sorted(quality["trivial"].items())
    return (
        _name(entry),
        str(quality["num"]),
        measure.upper(),
        _short(quality[measure]),
        " to ".join(_short(end) for end in quality[f"{measure}_interval"]),
        "\n".join(f"{rival.replace('_', ' ')} {_short(each[measure])}" for rival, each in trivial),
        _calibrated(quality),
        _abstains(entry),
    )


def _abstains(entry: Entry) -> str:
    """Of a card: the threshold. Of a report: how often, and why."""
    if "abstained" in entry:
        return f"coverage {_short(entry['coverage'])}\n{_counted(entry['abstained'])}".strip()
    words = {"least_likeness": "likeness below", "largest_variance": "variance above"}
    return "\n".join(f"{said} {_short(entry[key])}" for key, said in words.items() if key in entry)


def _calibrated(quality: Entry) -> str:
    """The error beside the one that chance shows of a model without fault; of numbers, how often the interval holds."""
    if "interval_90_holds" in quality:
        return f"90 % interval holds {_short(quality['interval_90_holds'])}"
    chance = quality["calibration_error_by_chance"]["mean"]
    return f"error {_short(quality['calibration_error'])} (chance {_short(chance)})"


def pictures(card: Entry) -> str | None:
    """SVG: for each model its calibration and its risk by coverage; None for a card without them."""
    entries = [entry for entry in card.get("models", ()) if {"reliability", "risk_curves"} <= set(_quality(entry))]
    if not entries:
        return None
    title = f"{card['name']}@{card['version']}, cross-validated on train"
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "biorl", "font.size": 9}):
        figure = Figure(figsize=(7.5, 2.7 * len(entries)), layout="constrained")
        figure.suptitle(title)
        for row, entry in zip(figure.subplots(len(entries), 2, squeeze=False), entries, strict=True):
            _calibration(row[0], _name(entry), _quality(entry))
            _risk(row[1], _quality(entry))
        sink = io.StringIO()
        figure.savefig(sink, format="svg", metadata={"Date": None, "Creator": None})
    return sink.getvalue()


def _calibration(axes: Axes, name: str, quality: Entry) -> None:
    bins = quality["reliability"]
    said, true = [one["probability"] for one in bins], [one["observed"] for one in bins]
    numbers = _measure(quality) == "rmse"
    ends = [min(said + true), max(said + true)] if numbers else [0, 1]
    axes.plot(ends, ends, color=GRID, linewidth=1)
    axes.plot(said, true, "o-", color=MODEL, markersize=3)
    axes.set_title(name, loc="left")
    axes.set_xlabel("expected number" if numbers else "probability")
    axes.set_ylabel("mean of true ones" if numbers else "share that came true")


def _risk(axes: Axes, quality: Entry) -> None:
    for name, curve in sorted(quality["risk_curves"].items(), key=lambda each: each[0] == "beliefs"):
        coverage, risk = zip(*curve, strict=True)
        axes.plot(coverage, risk, color=MODEL if name == "beliefs" else TRIVIAL, label=name.replace("_", " "))
    axes.set_xlabel("share of the beliefs, the surest first")
    axes.set_ylabel("RMSE" if _measure(quality) == "rmse" else "calls that are wrong")
    axes.set_xlim(0, 1)
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False)
