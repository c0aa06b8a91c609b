"""Figures of the report, drawn by matplotlib from what the commands wrote. No display is needed."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from vinn_training.evaluation.paper_table import TABLE_3, paper_task
from vinn_training.exceptions import MissingDependency

#: Number of gripper events so far, for people.
EVENT_PHASES = {0: "before the first gripper event", 1: "after the first", 2: "after the second"}

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure.

    Raises:
        MissingDependency: If matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingDependency("plots need matplotlib; install it with: pip install matplotlib") from error
    return Figure(figsize=(width, height), layout="constrained")


def to_png(figure: Figure) -> bytes:
    """Return a figure as PNG."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=120)
    return stream.getvalue()


def to_svg(figure: Figure, name: str) -> str:
    """Return a figure as an SVG element for a page.

    Args:
        figure: Any.
        name: Unique on the page: ids within a figure are made different by it.
    """
    import matplotlib

    stream = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": name, "svg.fonttype": "none"}):
        figure.savefig(stream, format="svg", metadata={"Date": None})
    text = stream.getvalue()
    element = text[text.index("<svg") :]
    element = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', element)
    element = re.sub(r'((?:xlink:)?href="#)', rf"\g<1>{name}-", element)
    return re.sub(r"url\(#", f"url(#{name}-", element)


def table_figure(rows: Sequence[Mapping[str, Any]], titles: Mapping[str, str]) -> Figure:
    """Draw the MSE of every method with its interval, a panel a task; crosses are the paper's numbers.

    Args:
        rows: Of table.csv.
        titles: Methods for people.
    """
    tasks = list(dict.fromkeys(row["task"] for row in rows))
    tallest = max(sum(row["task"] == task for row in rows) for task in tasks)
    figure = new_figure(9.0, (0.6 + 0.34 * tallest) * len(tasks) + 0.6)
    for axes, task in zip(np.atleast_1d(figure.subplots(len(tasks), 1)), tasks, strict=True):
        cells = sorted((row for row in rows if row["task"] == task), key=lambda row: -row["mse"])
        places = np.arange(len(cells))
        values = np.array([row["mse"] for row in cells])
        # A mean over seeds may leave an interval over demonstrations by a hair.
        ends = np.array([[row["mse_low"] for row in cells], [row["mse_high"] for row in cells]])
        errors = np.maximum([values - ends[0], ends[1] - values], 0.0)
        colours = ["#c44e52" if row["method"] == "vinn" else "#4c72b0" for row in cells]
        axes.barh(places, values, xerr=errors, color=colours, ecolor="#333333", capsize=3, height=0.65)
        paper = TABLE_3.get(paper_task(task) or "", {})
        known = [
            (paper[row["method"]], place) for place, row in zip(places, cells, strict=True) if row["method"] in paper
        ]
        if known:
            axes.plot(*zip(*known, strict=True), "kx", label="the paper's, on its data")
            axes.legend(loc="best", fontsize="small")
        axes.set_yticks(places, [titles.get(row["method"], row["method"]) for row in cells])
        axes.set(title=task, xlabel="test MSE (95 % interval over test demonstrations)", xlim=(0.0, None))
    return figure


def sweep_figure(points: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw the MSE against k, a line a temperature, a panel a task; means over seeds."""
    tasks = list(dict.fromkeys(point["task"] for point in points))
    figure = new_figure(9.0, 3.4 * len(tasks))
    for axes, task in zip(np.atleast_1d(figure.subplots(len(tasks), 1)), tasks, strict=True):
        mine = [point for point in points if point["task"] == task]
        for temperature in sorted({point["temperature"] for point in mine}):
            errors: dict[int, list[float]] = {}
            for point in mine:
                if point["temperature"] == temperature:
                    errors.setdefault(point["k"], []).append(point["mse"])
            ks = sorted(errors)
            style: dict[str, Any] = {"linewidth": 2.4, "color": "black"} if temperature == 1.0 else {}
            axes.plot(ks, [np.mean(errors[k]) for k in ks], label=f"temperature {temperature:g}", **style)
        axes.set(title=task, xlabel="k, nearest neighbours", ylabel="test MSE")
        axes.legend(fontsize="small")
        axes.grid(alpha=0.3)
    return figure


def efficiency_figure(points: Sequence[Mapping[str, Any]], titles: Mapping[str, str]) -> Figure:
    """Draw the MSE against the number of demonstrations, a line a method; bars are one standard deviation of seeds."""
    tasks = list(dict.fromkeys(point["task"] for point in points))
    figure = new_figure(9.0, 3.4 * len(tasks))
    for axes, task in zip(np.atleast_1d(figure.subplots(len(tasks), 1)), tasks, strict=True):
        mine = [point for point in points if point["task"] == task]
        for method in dict.fromkeys(point["method"] for point in mine):
            line = sorted((p for p in mine if p["method"] == method), key=lambda point: point["demonstrations"])
            sizes = [point["demonstrations"] for point in line]
            axes.errorbar(
                sizes, [point["mse"] for point in line], yerr=[point["mse_std"] for point in line],
                marker="o", capsize=3, label=titles.get(method, method),
            )  # fmt: skip
        sizes = sorted({point["demonstrations"] for point in mine})
        axes.set(title=task, xlabel="demonstrations", ylabel="test MSE", xscale="log", ylim=(0.0, None))
        axes.set_xticks(sizes, [str(size) for size in sizes])
        axes.minorticks_off()
        axes.legend(fontsize="small")
        axes.grid(alpha=0.3)
    return figure


def map_figure(content: Mapping[str, Any]) -> Figure:
    """Draw frames in the plane: coloured by how far the demonstration is, and by its gripper events so far.

    Args:
        content: Of embedding_map.json.
    """
    points = content["points"]
    figure = new_figure(11.0, 5.0)
    left, right = figure.subplots(1, 2)
    x, y = [point["x"] for point in points], [point["y"] for point in points]
    drawn = left.scatter(x, y, c=[point["phase"] for point in points], s=8, cmap="viridis", vmin=0.0, vmax=1.0)
    figure.colorbar(drawn, ax=left, label="0 first frame, 1 last frame of a demonstration")
    for count in sorted({point["events"] for point in points}):
        mine = [point for point in points if point["events"] == count]
        words = EVENT_PHASES.get(count, f"after {count} gripper events")
        right.scatter([p["x"] for p in mine], [p["y"] for p in mine], s=8, label=f"{words} ({len(mine)})")
    right.legend(fontsize="small", loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=3)  # below: hides no point
    share = "" if content.get("explained") is None else f" ({100 * content['explained']:.0f} % of the variance)"
    left.set(title="time", xticks=[], yticks=[])
    right.set(title="phase by gripper events", xticks=[], yticks=[])
    figure.suptitle(f"{content['task']}: embeddings, {content['method']}{share}")
    return figure
