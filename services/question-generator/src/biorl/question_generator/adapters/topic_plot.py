"""Fields before and after alignment, beside the target, as an SVG that is the same for the same numbers."""

import io
from collections.abc import Mapping

import matplotlib as mpl
from matplotlib.figure import Figure

COLOURS = {"before": "#b8c4ce", "target": "#e0a458", "after": "#2f6f8f"}
BAR = 0.27


def topic_plot(before: Mapping[str, int], target: Mapping[str, float], after: Mapping[str, int]) -> str:
    """Shares by field; the fullest first. Without a target there are no bars for it."""
    shares = {"before": _shares(before), "target": _shares(target), "after": _shares(after)}
    names = sorted(
        {name for series in shares.values() for name in series}, key=lambda name: (-before.get(name, 0), name)
    )
    with mpl.rc_context({"svg.hashsalt": "biorl", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(7, 0.8 + 0.42 * len(names)), layout="constrained")
        axes = figure.add_subplot()
        for place, (label, series) in enumerate((label, series) for label, series in shares.items() if series):
            heights = [number + (place - 1) * BAR for number in range(len(names))]
            axes.barh(heights, [100 * series.get(name, 0.0) for name in names], BAR, label=label, color=COLOURS[label])
        axes.set_yticks(range(len(names)), names)
        axes.invert_yaxis()
        axes.set_xlabel("% of questions for training")
        axes.legend(frameon=False)
        axes.spines[["top", "right"]].set_visible(False)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()


def _shares(counts: Mapping[str, float]) -> dict[str, float]:
    total = sum(counts.values())
    return {name: count / total for name, count in counts.items()} if total else {}
