"""One self-contained HTML page of everything the evaluation commands left in a folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import Any

from vinn_training.demonstrations.action_drawing import LEGEND
from vinn_training.evaluation.method_titles import TITLES
from vinn_training.evaluation.plots import efficiency_figure, map_figure, sweep_figure, to_png, to_svg
from vinn_training.evaluation.report_html import image, page
from vinn_training.evaluation.report_table import evaluation_section
from vinn_training.evaluation.result_files import read_json
from vinn_training.evaluation.table1_report import table1_section
from vinn_training.exceptions import InvalidInput


def build_page(folder: Path, title: str) -> str:
    """Return the page.

    Args:
        folder: With table1.json, evaluate.json, sweep.json, data_efficiency.json, neighbors.json and
            embedding_map.json, or some of them.
        title: Of the page.

    Raises:
        InvalidInput: If there is none of these, or one cannot be read.
        MissingDependency: If matplotlib is not installed.
    """
    parts = [_section(folder, name) for name in _SECTIONS if (folder / name).exists()]
    if not parts:
        raise InvalidInput(
            f"{folder}: holds no results; expected some of {', '.join(_SECTIONS)}: "
            f"run `vinn evaluate -o {folder}` first"
        )
    return page(title, parts)


def _section(folder: Path, name: str) -> str:
    content = read_json(folder / name)
    try:
        return _SECTIONS[name](folder, content)
    except (KeyError, TypeError, IndexError) as error:
        raise InvalidInput(
            f"{folder / name}: lacks {error}; expected what this version of the command writes: run it again"
        ) from error


def _sweep(folder: Path, content: Mapping[str, Any]) -> str:
    best = "; ".join(
        f"{item['task']}: MSE {item['mse']:.4f} at k {item['k']}, temperature {item['temperature']:g}"
        for item in content["best"]
    )
    timing = ""
    if "benchmark" in content:
        values = content["benchmark"]
        timing = (
            f"<p class='note'>{values['queries']} queries of {values['rows']} rows, k 1 to {values['max_k']}: "
            f"{values['ours_s']:.2f} s, {values['speedup']:.0f} times as fast as the original's loops.</p>"
        )
    figure = to_svg(sweep_figure(content["points"]), "sweep")
    return f"<h2>k and temperature (Figure 6)</h2>{figure}<p>Lowest: {escape(best)}.</p>{timing}"


def _efficiency(folder: Path, content: Mapping[str, Any]) -> str:
    figure = to_svg(efficiency_figure(content["points"], TITLES), "efficiency")
    return (
        f"<h2>Number of demonstrations (Figure 4)</h2>{figure}"
        '<p class="note">Bars: one standard deviation over seeds, which draw the demonstrations. The encoder is '
        "the same throughout.</p>"
    )


def _neighbors(folder: Path, content: Mapping[str, Any]) -> str:
    path = folder / "neighbors.png"
    try:
        picture = path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be read: {error.strerror}; run `vinn neighbors` again") from error
    return (
        f"<h2>Nearest neighbours (Figure 3)</h2>{image(picture, 'held-out frames and their neighbours')}"
        f'<p class="note">{escape(content["task"])}, k {content["k"]}, temperature {content["temperature"]:g}. '
        f"{escape(LEGEND)}.</p>"
    )


def _map(folder: Path, content: Mapping[str, Any]) -> str:
    picture = to_png(map_figure(content))  # thousands of points: a picture is smaller than drawn shapes
    return f"<h2>Embeddings by phase</h2>{image(picture, 'embeddings in the plane')}"


_SECTIONS: dict[str, Callable[[Path, Mapping[str, Any]], str]] = {
    "table1.json": table1_section,
    "evaluate.json": evaluation_section,
    "sweep.json": _sweep,
    "data_efficiency.json": _efficiency,
    "neighbors.json": _neighbors,
    "embedding_map.json": _map,
}
