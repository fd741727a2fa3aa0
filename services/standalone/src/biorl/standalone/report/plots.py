"""Facts as pictures: SVG text that goes into a page, in colours that the page decides.

Matplotlib draws with stand-in colours; they become CSS variables, so that one picture serves a light and a dark page.
No text is turned into outlines and no date is written: equal facts give equal pictures.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from biorl.standalone.report.facts import Calibration, Evaluation, ServiceUse, Step

mpl.use("svg")
INK, GRID = "#010203", "#a1a2a3"
COLOURS = {
    "policy before": "#b1b2b3",
    "policy after": "#c1c2c3",
    "policy with prior": "#c4c5c6",
    "verifier": "#d1d2d3",
    "gene frequency": "#e1e2e3",
    "supervised": "#f1f2f3",
}
BAR = COLOURS["policy after"]
_CSS = {
    INK: "currentColor",
    GRID: "var(--grid)",
    COLOURS["policy before"]: "var(--before)",
    COLOURS["policy after"]: "var(--after)",
    COLOURS["policy with prior"]: "var(--prior)",
    COLOURS["verifier"]: "var(--verifier)",
    COLOURS["gene frequency"]: "var(--frequency)",
    COLOURS["supervised"]: "var(--supervised)",
}
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "biorl",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
}


def _draw(title: str, width: float, height: float, draw: Callable[[Axes], None]) -> str:
    """`title` is read out by screen readers; sizes in inches."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(figure.add_subplot())
        sink = io.StringIO()
        figure.savefig(sink, format="svg", metadata={"Date": None, "Creator": None})
    svg = sink.getvalue()
    svg = svg[svg.index("<svg") :]
    for stand_in, css in _CSS.items():
        svg = svg.replace(stand_in, css)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1)


def reward_over_steps(steps: Sequence[Step]) -> str:
    """Mean reward of each step, thin, and its running mean, thick."""
    numbers = np.array([step.number for step in steps])
    rewards = np.array([step.reward for step in steps])

    def draw(axes: Axes) -> None:
        axes.plot(numbers, rewards, color=COLOURS["policy before"], linewidth=0.8)
        axes.plot(numbers, running_mean(rewards, max(1, len(rewards) // 20)), color=BAR, linewidth=2.2)
        axes.set_xlabel("training step")
        axes.set_ylabel("mean reward, as the trainer sees it")
        axes.grid(axis="y", color=GRID, linewidth=0.5)

    return _draw("Mean reward over training steps", 6.4, 3.0, draw)


def running_mean(values: npt.NDArray[np.floating[Any]], half_width: int) -> npt.NDArray[np.floating[Any]]:
    """Mean over at most `half_width` neighbours on each side; fewer at the ends."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    index = np.arange(len(values))
    low, high = np.maximum(index - half_width, 0), np.minimum(index + half_width + 1, len(values))
    mean: npt.NDArray[np.floating[Any]] = (total[high] - total[low]) / (high - low)
    return mean


def against_the_null(evaluation: Evaluation) -> str:
    """The null as a histogram, everybody's AUC as a line across it."""
    rows = [row for row in evaluation.rows if row.auc is not None]

    def draw(axes: Axes) -> None:
        if evaluation.null:
            axes.hist(evaluation.null, bins=24, color=GRID, label=f"null, {len(evaluation.null)} draws")
        for row in rows:
            axes.axvline(
                row.auc or 0.0, color=COLOURS.get(row.name, INK), linewidth=2.2, label=f"{row.name} {row.auc:.3f}"
            )
        axes.set_xlabel("AUC per gene")
        axes.set_ylabel("draws")
        axes.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, fontsize=9)

    return _draw("AUC per gene against draws of the null", 6.4, 3.4, draw)


def intervals(evaluation: Evaluation) -> str:
    """Each row's AUC with its 95% interval."""
    rows = [row for row in evaluation.rows if row.auc is not None][::-1]

    def draw(axes: Axes) -> None:
        for height, row in enumerate(rows):
            colour = COLOURS.get(row.name, INK)
            if row.low is not None and row.high is not None:
                axes.plot([row.low, row.high], [height, height], color=colour, linewidth=2.4, solid_capstyle="round")
            axes.plot([row.auc or 0.0], [height], "o", color=colour, markersize=7)
        axes.axvline(0.5, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
        axes.set_yticks(range(len(rows)), [row.name for row in rows])
        axes.set_xlabel("AUC per gene, 95% interval over perturbations; dashed: chance")
        axes.grid(axis="x", color=GRID, linewidth=0.5)

    return _draw("AUC per gene with intervals", 6.4, 0.5 * len(rows) + 1.1, draw)


def genes_before_and_after(evaluation: Evaluation) -> str:
    """How many readout genes have which AUC."""
    rows = [
        row for row in evaluation.rows if row.per_gene and row.name in {"policy before", "policy after", "verifier"}
    ]

    def draw(axes: Axes) -> None:
        edges = np.linspace(0, 1, 21).tolist()
        for row in rows:
            axes.hist(
                row.per_gene, bins=edges, histtype="step", linewidth=2, color=COLOURS.get(row.name, INK), label=row.name
            )
        axes.set_xlabel("AUC within one readout gene")
        axes.set_ylabel("genes")
        axes.legend(frameon=False, loc="upper left", fontsize=9)

    return _draw("Readout genes by AUC", 6.4, 3.0, draw)


def reliability(calibration: Calibration) -> str:
    """Observed share against predicted probability; a point's area is its number of claims."""
    bins = [one for one in calibration.bins if one.count]
    most = max((one.count for one in bins), default=1)

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
        axes.plot([one.predicted for one in bins], [one.observed for one in bins], color=BAR, linewidth=1.2)
        sizes = [20 + 180 * one.count / most for one in bins]
        axes.scatter([one.predicted for one in bins], [one.observed for one in bins], s=sizes, color=BAR, clip_on=False)
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        axes.set_aspect("equal")
        axes.set_xlabel("probability that the world model gave")
        axes.set_ylabel("share that is true")

    return _draw(f"Calibration of {calibration.verifier}", 3.8, 3.6, draw)


def bars(title: str, counts: Mapping[str, float], unit: str, largest: int = 14) -> str:
    """Horizontal bars, the longest on top; what does not fit is added up as "other"."""
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    shown, rest = ordered[:largest], ordered[largest:]
    if rest:
        shown.append((f"{len(rest)} others", sum(value for _, value in rest)))
    shown.reverse()

    def draw(axes: Axes) -> None:
        drawn = axes.barh([name for name, _ in shown], [value for _, value in shown], color=BAR, height=0.62)
        axes.bar_label(drawn, fmt="{:,.0f}", padding=4, fontsize=9, color=INK)
        axes.margins(x=0.14)
        axes.set_xlabel(unit)
        axes.tick_params(axis="y", length=0)

    return _draw(title, 6.4, 0.34 * len(shown) + 0.9, draw)


def time_by_service(usage: Sequence[ServiceUse]) -> str:
    return bars("CPU seconds by service", {one.name: one.cpu_s for one in usage}, "CPU seconds")
