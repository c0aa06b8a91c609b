"""One self-contained HTML page of everything the evaluation commands left in a folder."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from vinn_training.demonstrations.action_drawing import LEGEND
from vinn_training.evaluation.method_titles import TITLES
from vinn_training.evaluation.plots import efficiency_figure, map_figure, sweep_figure, table_figure, to_png, to_svg
from vinn_training.evaluation.result_files import read_json
from vinn_training.exceptions import InvalidInput

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2.4rem; border-bottom: 1px solid #ccc; }
table { border-collapse: collapse; font-size: 13px; margin: .8rem 0; display: block; overflow-x: auto; }
th, td { padding: .25rem .6rem; border-bottom: 1px solid #e4e4e4; text-align: right; white-space: nowrap; }
th:first-child, td:first-child, td.text, th.text { text-align: left; }
th { background: #f4f4f4; } tr.best td { font-weight: 600; }
svg, img { max-width: 100%; height: auto; } details { margin: .6rem 0; } .note { color: #555; font-size: 13.5px; }
"""


def build_page(folder: Path, title: str) -> str:
    """Return the page.

    Args:
        folder: With evaluate.json, sweep.json, data_efficiency.json, neighbors.json and embedding_map.json, or some
            of them.
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
    body = "\n".join(parts)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head>\n<body><h1>{escape(title)}</h1>\n{body}\n</body></html>\n"
    )


def _section(folder: Path, name: str) -> str:
    content = read_json(folder / name)
    try:
        return _SECTIONS[name](folder, content)
    except (KeyError, TypeError, IndexError) as error:
        raise InvalidInput(
            f"{folder / name}: lacks {error}; expected what this version of the command writes: run it again"
        ) from error


def _evaluation(folder: Path, content: Mapping[str, Any]) -> str:
    parts = ["<h2>Methods on held-out demonstrations (Table III)</h2>", _data_note(content)]
    parts.append(to_svg(table_figure(content["table"], TITLES), "table"))
    for task in dict.fromkeys(row["task"] for row in content["table"]):
        rows = sorted((row for row in content["table"] if row["task"] == task), key=lambda row: row["mse"])
        parts.append(f"<h3>{escape(task)}</h3>" + _table(_TABLE_COLUMNS, rows))
    parts.append(_against(content["against_vinn"]))
    parts.append(_orderings(content["orderings"]))
    if content["left_out"]:
        items = "".join(
            f"<li>{escape(item['task'])}: {escape(_title(item['method']))}: {escape(item['reason'])}</li>"
            for item in content["left_out"]
        )
        parts.append(f"<p>Left out:</p><ul>{items}</ul>")
    parts.append(_breakdown(content["demonstrations"]))
    return "\n".join(part for part in parts if part)


def _data_note(content: Mapping[str, Any]) -> str:
    lines = [
        f"{item['task']}: {item['training_demonstrations']} demonstrations ({item['training_frames']} frames) to learn "
        f"from, {item['test_demonstrations']} ({item['test_frames']} frames, {item['test_frames_at_rest']} of "
        "them at rest: label zero) to test on" + (f"; {item['source']}" if item["source"] else "")
        for item in content["data"]
    ]
    text = (
        f"Seeds {', '.join(map(str, content['seeds']))}; preset {content['preset']}. MSE: mean over the three "
        "components, then over the test frames, of the action as the method gives it; unit: after it was made unit "
        "length. Intervals: 95 %, bootstrap over test demonstrations."
    )
    return "".join(f'<p class="note">{escape(line)}</p>' for line in (*lines, text))


def _against(rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows:
        return ""
    columns: _Columns = {
        "task": lambda row: row["task"],
        "method": lambda row: _title(row["method"]),
        "MSE minus VINN's": lambda row: f"{row['difference']:+.4f}",
        "95 % interval": lambda row: f"{row['low']:+.4f} to {row['high']:+.4f}",
        "verdict": lambda row: row["verdict"].replace("reference", "VINN"),
    }
    return "<h3>Against VINN, on the same demonstrations</h3>" + _table(columns, rows, best=False)


def _orderings(rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows:
        return ""
    holds = sum(row["verdict"] == "holds" for row in rows)
    reversed_count = sum(row["verdict"] == "reversed" for row in rows)
    columns: _Columns = {
        "task": lambda row: row["task"],
        "the paper has": lambda row: f"{_title(row['better'])} before {_title(row['worse'])}",
        "here": lambda row: f"{row['difference']:+.4f} ({row['low']:+.4f} to {row['high']:+.4f})",
        "verdict": lambda row: row["verdict"],
    }
    others = [row for row in rows if row["verdict"] != "holds"]
    text = (
        f"Of {len(rows)} pairs that the paper orders, {holds} hold, {reversed_count} are reversed, and "
        f"{len(rows) - holds - reversed_count} are not separated by their 95 % intervals."
    )
    table = _table(columns, others, best=False) if others else ""
    return f"<h3>Orderings of the paper</h3><p>{text}</p>{table}"


def _breakdown(scores: Sequence[Mapping[str, Any]]) -> str:
    groups: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for score in scores:
        groups.setdefault((score["task"], score["method"], score["demonstration"]), []).append(score)
    rows = [
        {
            "task": task, "method": _title(method), "demonstration": name, "seeds": len(group),
            "frames": group[0]["frames"],
            "mse": sum(s["squared_sum"] for s in group) / sum(s["frames"] for s in group),
            "gripper": sum(s["gripper_right"] for s in group) / sum(s["frames"] for s in group),
        }
        for (task, method, name), group in groups.items()
    ]  # fmt: skip
    rows.sort(key=lambda row: (row["task"], row["method"], -row["mse"]))
    columns: _Columns = {
        "task": lambda row: row["task"],
        "method": lambda row: row["method"],
        "demonstration": lambda row: row["demonstration"],
        "frames": lambda row: str(row["frames"]),
        "seeds": lambda row: str(row["seeds"]),
        "MSE": lambda row: f"{row['mse']:.4f}",
        "gripper": lambda row: f"{100 * row['gripper']:.0f} %",
    }
    return (
        f"<details><summary>Every demonstration ({len(rows)} rows, worst first)</summary>"
        f"{_table(columns, rows, best=False)}</details>"
    )


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
        f"<h2>Nearest neighbours (Figure 3)</h2>{_image(picture, 'held-out frames and their neighbours')}"
        f'<p class="note">{escape(content["task"])}, k {content["k"]}, temperature {content["temperature"]:g}. '
        f"{escape(LEGEND)}.</p>"
    )


def _map(folder: Path, content: Mapping[str, Any]) -> str:
    picture = to_png(map_figure(content))  # thousands of points: a picture is smaller than drawn shapes
    return f"<h2>Embeddings by phase</h2>{_image(picture, 'embeddings in the plane')}"


_SECTIONS: dict[str, Callable[[Path, Mapping[str, Any]], str]] = {
    "evaluate.json": _evaluation,
    "sweep.json": _sweep,
    "data_efficiency.json": _efficiency,
    "neighbors.json": _neighbors,
    "embedding_map.json": _map,
}

_Columns = dict[str, Callable[[Mapping[str, Any]], str]]


def _title(method: str) -> str:
    return TITLES.get(method, method)


def _or_dash(value: float | None, text: str) -> str:
    return "-" if value is None else text.format(value)


_TABLE_COLUMNS: _Columns = {
    "method": lambda row: _title(row["method"]),
    "MSE": lambda row: f"{row['mse']:.4f}",
    "std over seeds": lambda row: f"{row['mse_std']:.4f}",
    "95 % interval": lambda row: f"{row['mse_low']:.4f} to {row['mse_high']:.4f}",
    "MSE, unit": lambda row: f"{row['mse_unit']:.4f}",
    "angle": lambda row: _or_dash(row["angle_deg"], "{:.1f}°"),
    "gripper": lambda row: f"{100 * row['gripper_accuracy']:.0f} %",
    "events found": lambda row: (
        "-" if row["events_found"] is None else f"{round(row['events_found'] * row['events'])} of {row['events']}"
    ),
    "spurious": lambda row: str(row["events_spurious"]),
    "off by, frames": lambda row: _or_dash(row["event_off_frames"], "{:.1f}"),
    "late by, frames": lambda row: _or_dash(row["event_late_frames"], "{:+.1f}"),
}


def _table(columns: _Columns, rows: Sequence[Mapping[str, Any]], best: bool = True) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    lines = []
    for index, row in enumerate(rows):
        cells = "".join(f"<td>{escape(str(cell(row)))}</td>" for cell in columns.values())
        lines.append(f"<tr{' class=best' if best and index == 0 else ''}>{cells}</tr>")
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _image(picture: bytes, words: str) -> str:
    return f'<img alt="{escape(words)}" src="data:image/png;base64,{base64.b64encode(picture).decode()}">'
