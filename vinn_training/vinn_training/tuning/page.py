"""What tuning found, as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from vinn_training.evaluation.report_html import Columns, image, page, table

#: What each picture shows, by its name.
CAPTIONS = {
    "trade_off": "Settings that no other one beats in direction, step, gripper and holds together.",
    "k_temperature": "Left: each line a k. Right: each line a temperature. Lower is better.",
    "action_scale": "How far c times the prediction is off the real motion, axis by axis.",
    "gripper": "Star: chosen; circle: start. The colour's lower end is better in all three.",
    "hold": "Bars: frames on which the robot would hold, in bags that went well. Line: the error of the others.",
}


def build_page(content: Mapping[str, Any], pictures: Mapping[str, bytes], parameters: str) -> str:
    """Return the page.

    Args:
        content: Of settings.json.
        pictures: PNG by name, of CAPTIONS.
        parameters: The parameter file.
    """
    parts = [_summary(content), f"<h2>Parameters</h2><pre>{escape(parameters)}</pre>"]
    parts.append("<h2>Chosen setting and starting point</h2>" + table(_columns(), [content["best"], content["start"]]))
    parts += [
        f"<h2>{escape(name.replace('_', ' '))}</h2><p class='note'>{escape(words)}</p>{image(pictures[name], words)}"
        for name, words in CAPTIONS.items()
        if name in pictures
    ]
    parts.append(_left_out(content))
    front = content["front"]
    parts.append(
        f"<details><summary>Settings that no other one beats ({len(front)}; also in settings.csv)</summary>"
        f"{table(_columns(), front, best=False)}</details>"
    )
    return page("Tuning on " + ", ".join(bag["name"] for bag in content["bags"]), parts)


def _summary(content: Mapping[str, Any]) -> str:
    columns: Columns = {
        "bag": lambda row: row["name"],
        "frames": lambda row: f"{row['frames']} {'steps' if row['are_steps'] else 'images'}",
        "embeddings recorded / on disk / encoded": lambda row: (
            f"{row['recorded']} / {row['cached']} / {row['encoded']}"
        ),
        "at rest": lambda row: _or_dash(row["at_rest"], "{}"),
        "gripper events": lambda row: _or_dash(row["events"], "{}"),
        "frames a second": lambda row: _or_dash(row["rate_hz"], "{:.1f}"),
    }
    lines = [f"{bag['name']}: {note}" for bag in content["bags"] for note in bag["notes"]]
    lines += [f"not tuned: {name}: {reason}" for name, reason in content["untunable"].items()]
    lines += [f"left out: {name}: {reason}" for name, reason in content["rejected"].items()]
    lines += content["notes"]
    text = (
        f"{content['settings']:,} settings over {content['frames']:,} frames in {content['sweep_s']:.2f} s. Bundle "
        f"{content['bundle']}, bank {content['bank_id']}. Step length {content['step_length_m']:g} m."
    )
    return f"<p>{escape(text)}</p>{table(columns, content['bags'], best=False)}{_list(lines)}"


def _left_out(content: Mapping[str, Any]) -> str:
    rows = content["leave_one_out"]
    head = "<h2>Bags left out in turn</h2>"
    if not rows:
        return f"{head}<p>{escape(content['generalisation'])}</p>"
    columns = {"bag left out": lambda row: row["role"]} | {
        name: column for name, column in _columns().items() if name != "setting"
    }
    columns |= {
        "cost, fitted on it too": lambda row: f"{row['fitted_cost']:.4f}",
        "cost before": lambda row: f"{row['start_cost']:.4f}",
    }
    return f"{head}<p>{escape(content['generalisation'])}</p>{table(columns, rows, best=False)}"


def _columns() -> Columns:
    return {
        "setting": lambda row: row["role"],
        "k": lambda row: str(row["k"]),
        "temperature": lambda row: f"{row['temperature']:g}",
        "c": lambda row: " ".join(f"{value:g}" for value in row["action_scale"]),
        "close / open": lambda row: f"{row['gripper_close_below']:g} / {row['gripper_open_above']:g}",
        "hold above": lambda row: f"{row['hold_distance_quantile']:g}",
        "cost": lambda row: f"{row['cost']:.4f}",
        "MSE": lambda row: _or_dash(row["mse"], "{:.4f}"),
        "MSE, not held": lambda row: _or_dash(row["mse_acted"], "{:.4f}"),
        "angle": lambda row: _or_dash(row["angle_deg"], "{:.1f}°"),
        "step off, mm": lambda row: _or_dash(row["step_off_mm"], "{:.1f}"),
        "gripper wrong": lambda row: _percent(row["gripper_wrong"]),
        "missed / spurious": lambda row: f"{row['missed']} / {row['spurious']} of {row['events']}",
        "early / late": lambda row: f"{row['early']} / {row['late']}",
        "off by, frames": lambda row: _or_dash(row["off_frames"], "{:.1f}"),
        "changes": lambda row: str(row["changes"]),
        "held": lambda row: _percent(row["held"]),
    }


def _or_dash(value: Any, text: str) -> str:
    return "-" if value is None else text.format(value)


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100.0 * value:.1f} %"


def _list(lines: Sequence[str]) -> str:
    return f"<ul class='note'>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>" if lines else ""
