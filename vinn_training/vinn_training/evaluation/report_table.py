"""The report's section on Table III."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from vinn_training.evaluation.method_titles import titles
from vinn_training.evaluation.plots import table_figure, to_svg
from vinn_training.evaluation.report_html import Columns, table

#: What pretrained weights come from, for people.
_PRETRAINING = {
    "in-domain": (
        "in-domain pretraining, in place of ImageNet weights: to tell, from two pictures of a simulated scene that no "
        "demonstration shows, how the robot moved between them"
    ),
    "imagenet": "ImageNet weights of torchvision",
    "file": "a file of weights that was named",
    "unknown": "weights of which nothing is known",
}
#: Of orderings, the ones to look at first.
_VERDICTS = ("reversed", "not separated", "holds")


def evaluation_section(folder: Path, content: Mapping[str, Any]) -> str:
    """Return the section of evaluate.json: figure, tables, comparisons, orderings, every demonstration."""
    names = titles(content.get("pretraining", {}))
    parts = ["<h2>Methods on held-out demonstrations (Table III)</h2>", _data_note(content)]
    parts.append(to_svg(table_figure(content["table"], names), "table"))
    parts.append(_overview(content, names))
    for task in dict.fromkeys(row["task"] for row in content["table"]):
        rows = sorted((row for row in content["table"] if row["task"] == task), key=lambda row: row["mse"])
        parts.append(f"<h3>{escape(task)}</h3>" + table(_columns(names), rows))
    parts.append(_against(content["against_vinn"], names))
    parts.append(_orderings(content["orderings"], names))
    if content["left_out"]:
        items = "".join(
            f"<li>{escape(item['task'])}: {escape(names.get(name, name))}: {escape(item['reason'])}</li>"
            for item in content["left_out"]
            for name in (item["method"],)
        )
        parts.append(f"<p>Left out:</p><ul>{items}</ul>")
    parts.append(_breakdown(content["demonstrations"], names))
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
    if content.get("methods", {}).get("calibrate_temperature"):
        text += (
            " Neighbour methods: the temperature that is best on the training demonstrations, each left out in turn."
        )
    labels = sorted({label for label in content.get("pretraining", {}).values() if label != "none"})
    words = [f"Pretrained encoders start from: {'; '.join(_PRETRAINING.get(label, label) for label in labels)}."]
    return "".join(f'<p class="note">{escape(line)}</p>' for line in (*lines, text, *(words if labels else ())))


def _overview(content: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return Table III on its side: a row a method, a column a task with MSE and deviation over seeds."""
    cells = {(row["task"], row["method"]): f"{row['mse']:.4f} ± {row['mse_std']:.4f}" for row in content["table"]}
    tasks, methods = (list(dict.fromkeys(key[part] for key in cells)) for part in (0, 1))
    rows = [
        {"": names.get(method, method), **{task: cells.get((task, method), "-") for task in tasks}}
        for method in methods
    ]
    columns: Columns = {"": lambda row: row[""]}
    columns |= {task: lambda row, task=task: row[task] for task in tasks}
    return table(columns, rows, best=False)


def _against(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> str:
    if not rows:
        return ""
    columns: Columns = {
        "task": lambda row: row["task"],
        "method": lambda row: names.get(row["method"], row["method"]),
        "MSE minus VINN's": lambda row: f"{row['difference']:+.4f}",
        "95 % interval": lambda row: f"{row['low']:+.4f} to {row['high']:+.4f}",
        "verdict": lambda row: row["verdict"].replace("reference", "VINN"),
    }
    return "<h3>Against VINN, on the same demonstrations</h3>" + table(columns, rows, best=False)


def _orderings(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> str:
    if not rows:
        return ""
    columns: Columns = {
        "the paper has": lambda row: " before ".join(names.get(row[side], row[side]) for side in ("better", "worse")),
        "here": lambda row: f"{row['difference']:+.4f} ({row['low']:+.4f} to {row['high']:+.4f})",
        "verdict": lambda row: row["verdict"],
    }
    parts = ["<h3>Orderings of the paper</h3>"]
    for task in dict.fromkeys(row["task"] for row in rows):
        mine = sorted((row for row in rows if row["task"] == task), key=lambda row: _VERDICTS.index(row["verdict"]))
        counts = [sum(row["verdict"] == verdict for row in mine) for verdict in _VERDICTS]
        text = (
            f"{task}: of {len(mine)} pairs that the paper orders, {counts[2]} hold, {counts[0]} are reversed, and "
            f"{counts[1]} are not separated by their 95 % intervals."
        )
        parts.append(f"<p>{escape(text)}</p>" + table(columns, mine, best=False))
    return "".join(parts)


def _breakdown(scores: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> str:
    groups: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for score in scores:
        groups.setdefault((score["task"], score["method"], score["demonstration"]), []).append(score)
    rows = [
        {
            "task": task, "method": names.get(method, method), "demonstration": name, "seeds": len(group),
            "frames": group[0]["frames"],
            "mse": sum(s["squared_sum"] for s in group) / sum(s["frames"] for s in group),
            "gripper": sum(s["gripper_right"] for s in group) / sum(s["frames"] for s in group),
        }
        for (task, method, name), group in groups.items()
    ]  # fmt: skip
    rows.sort(key=lambda row: (row["task"], row["method"], -row["mse"]))
    columns: Columns = {
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
        f"{table(columns, rows, best=False)}</details>"
    )


def _or_dash(value: float | None, text: str) -> str:
    return "-" if value is None else text.format(value)


def _columns(names: Mapping[str, str]) -> Columns:
    return {
        "method": lambda row: names.get(row["method"], row["method"]),
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
