"""The report's section on Tables I and II: rates with intervals, comparisons, videos."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vinn_training.evaluation.plots import new_figure, to_svg
from vinn_training.evaluation.report_html import Columns, table
from vinn_training.evaluation.table1_words import note, place
from vinn_training.exceptions import InvalidInput

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_CRITERIA = {"handle_grasped": "handle grasped", "door_opened": "door opened"}


def table1_section(folder: Path, content: Mapping[str, Any]) -> str:
    """Return the section of table1.json.

    Raises:
        InvalidInput: If a video cannot be read.
    """
    names = content["settings"]["titles"]
    parts = ["<h2>Success in simulation (Tables I and II)</h2>", _settings(content["settings"])]
    parts.append(to_svg(success_figure(content["cells"], names), "success"))
    for number, title in (("I", "Table I"), ("II", "Table II: signs, handle and bins covered with paper")):
        rows = [cell for cell in content["cells"] if cell["table"] == number]
        if rows:
            rows = sorted(rows, key=lambda row: (row["scenes"] != "training", row["hinge"] != "right"))
            parts.append(f"<h3>{title}</h3>" + table(_columns(names), rows, best=False))
    parts.append(_comparisons(content, names))
    parts.append(_videos(folder, content["videos"], names))
    return "\n".join(parts)


def success_figure(cells: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> Figure:
    """Draw the share of opened doors with its interval, a panel a place, a bar a method; crosses are the paper's."""
    places = list(dict.fromkeys(place(cell) for cell in cells))
    groups = [[cell for cell in cells if place(cell) == where] for where in places]
    heights = [0.7 + 0.28 * len(group) for group in groups]
    figure = new_figure(9.0, sum(heights) + 0.6)
    panels = np.atleast_1d(figure.subplots(len(places), 1, sharex=True, gridspec_kw={"height_ratios": heights}))
    for axes, where, group in zip(panels, places, groups, strict=True):
        shown = sorted(group, key=lambda cell: cell["door_opened"]["k"] / cell["door_opened"]["n"])
        rates = np.array([100.0 * cell["door_opened"]["k"] / cell["door_opened"]["n"] for cell in shown])
        ends = np.array([[100.0 * cell["door_opened"][end] for cell in shown] for end in ("low", "high")])
        errors = np.maximum([rates - ends[0], ends[1] - rates], 0.0)
        colours = ["#c44e52" if cell["method"] == "vinn" else "#4c72b0" for cell in shown]
        rows = np.arange(len(shown))
        axes.barh(rows, rates, xerr=errors, color=colours, ecolor="#333333", capsize=3, height=0.65)
        paper = [(c["paper"]["door_opened"], row) for row, c in zip(rows, shown, strict=True) if c["paper"]]
        if paper:
            axes.plot(*zip(*paper, strict=True), "kx", label="the paper's, on its robot")
            axes.legend(loc="lower right", fontsize="small")
        axes.set_yticks(rows, [names.get(cell["method"], cell["method"]) for cell in shown])
        axes.set(title=where, xlim=(0.0, 102.0))
    panels[-1].set_xlabel("doors opened, % (95 % interval)")
    return figure


def _settings(values: Mapping[str, Any]) -> str:
    starts = {
        "wide": "0.17 to 0.23 m from the handle and within 0.08 m to either side, as in the demonstrations",
        "paper": "0.15 m from the handle and within 0.05 m to either side, as in the paper",
    }[values["starts"]]
    hold = values["hold_quantile"]
    holding = "never hold" if hold == 1.0 else f"hold above the quantile {hold:g} of distances"
    return (
        f"<p class='note'>Preset {escape(values['preset'])}; encoders start from: {escape(values['pretraining'])}. "
        f"The robot starts {starts}; height within 0.02 m. Neighbour methods {holding}. A door counts as opened at 30 "
        "degrees within 40 steps, a handle as grasped when both fingertips touched it at the end of some step. "
        f"{escape(note())}</p>"
    )


def _rate(cell: Mapping[str, Any], criterion: str) -> str:
    found = cell[criterion]
    return f"{found['k']}/{found['n']} ({100 * found['low']:.0f} to {100 * found['high']:.0f} %)"


def _paper(cell: Mapping[str, Any]) -> str:
    if not cell["paper"]:
        return "-"
    rates = [cell["paper"][name] for name in _CRITERIA]
    return " / ".join("-" if rate is None else f"{rate:g} %" for rate in rates)


def _columns(names: Mapping[str, str]) -> Columns:
    return {
        "where": place,
        "method": lambda cell: names.get(cell["method"], cell["method"]),
        "handle grasped": lambda cell: _rate(cell, "handle_grasped"),
        "door opened": lambda cell: _rate(cell, "door_opened"),
        "the paper's, grasped / opened": _paper,
        "steps, median": lambda cell: (
            "-" if cell["median_steps_to_open"] is None else f"{cell['median_steps_to_open']:g}"
        ),
        "aborted, run again": lambda cell: str(cell["aborted"]),
    }


def _comparisons(content: Mapping[str, Any], names: Mapping[str, str]) -> str:
    columns: Columns = {
        "where": place,
        "VINN against": lambda item: names.get(item["second"], item["second"]),
        "criterion": lambda item: _CRITERIA[item["criterion"]],
        "both": lambda item: str(item["both"]),
        "only VINN": lambda item: str(item["first_only"]),
        "only the other": lambda item: str(item["second_only"]),
        "neither": lambda item: str(item["neither"]),
        "difference, points": lambda item: (
            f"{100 * item['difference']:+.0f} ({100 * item['low']:+.0f} to {100 * item['high']:+.0f})"
        ),
        "p": lambda item: f"{item['p']:.2g}",
        "verdict": lambda item: (
            item["verdict"].replace("first better", "VINN better").replace("second better", "the other better")
        ),
    }
    words = "".join(f"<li>{escape(line)}</li>" for line in content["statements"])
    rows = table(columns, content["comparisons"], best=False)
    return f"<h3>Trial by trial</h3>{rows}<details><summary>In words</summary><ul>{words}</ul></details>"


def _videos(folder: Path, videos: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> str:
    if not videos:
        return ""
    parts = ["<h3>Videos</h3><p class='note'>The first trial of each outcome, run again for the camera.</p>"]
    for video in videos:
        path = folder / video["folder"] / video["file"]
        try:
            data = base64.b64encode(path.read_bytes()).decode()
        except OSError as error:
            raise InvalidInput(f"{path}: cannot be read: {error.strerror}; run `vinn table1` again") from error
        title = names.get(video["method"], video["method"])
        words = f"Table {video['table']}, {title}, {video['outcome']}: {video['scene']}, seed {video['seed']}"
        parts.append(
            f"<figure><video controls muted preload='metadata' width='672' src='data:video/mp4;base64,{data}'></video>"
            f"<figcaption class='note'>{escape(words)}, {video['steps']} steps ({escape(video['reason'])})</figcaption>"
            "</figure>"
        )
    return "\n".join(parts)
