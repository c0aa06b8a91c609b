"""The report of a replay as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from vinn_training.demonstrations.action_drawing import LEGEND
from vinn_training.evaluation.report_html import image, page, table
from vinn_training.replay.figures import (
    agreement_picture,
    directions_picture,
    familiarity_picture,
    gripper_picture,
    latency_picture,
)
from vinn_training.replay.latency import HOPS
from vinn_training.replay.pictures import draw_images, farthest_images, spread_images
from vinn_training.replay.result import ReplayResult
from vinn_training.replay.sentences import agreement_sentence, online_sentence, truth_sentences


def build_report(result: ReplayResult, summary: Mapping[str, Any]) -> str:
    """Return the page.

    Args:
        result: Of the replay.
        summary: What `summarise` made of it.

    Raises:
        MissingDependency: If matplotlib is not installed.
    """
    sections = [
        _overview(summary),
        _agreement(result, summary),
        _truth(result, summary),
        _familiarity(result, summary),
        _latency(result, summary),
        _settings(summary),
        _images(result),
        _notes(summary),
    ]
    return page(f"Replay of {result.session.path.name}", sections)


def _overview(summary: Mapping[str, Any]) -> str:
    rows = [
        {"what": "bag", "value": summary["bag"]},
        {"what": "bundle", "value": f"{summary['bundle']} (bank {summary['bank_id']})"},
        {"what": "images", "value": f"{summary['images']} of {summary['image_topic']}, {summary['duration_s']:.1f} s"},
        {"what": "answered online", "value": online_sentence(summary)},
        {"what": "commands", "value": _commands(summary["commands"])},
    ]
    return table({"": lambda row: row["what"], " ": lambda row: row["value"]}, rows, best=False)


def _commands(values: Mapping[str, Any]) -> str:
    stops = "; ".join(f"{count} stops: {reason}" for reason, count in values["stops"].items())
    return f"{values['moving']} moved the robot, {values['clipped']} of all were limited" + (
        f"; {stops}" if stops else ""
    )


def _agreement(result: ReplayResult, summary: Mapping[str, Any]) -> str:
    online = summary["online"]
    picture = image(agreement_picture(result), "difference of each image's action") if online["compared"] else ""
    lines = [f"{count} images not compared: {reason}." for reason, count in online["not_compared"].items()]
    different = ""
    if online["different"]:
        columns = {
            "image": lambda row: str(row["image"]),
            "time, s": lambda row: f"{row['time_s']:.3f}",
            "what differs": lambda row: row["what"],
        }
        different = table(columns, online["different"], best=False)
    return (
        f"<h2>Replayed and recorded answers</h2><p>{escape(agreement_sentence(summary))}</p>{picture}{different}"
        + _small(lines)
    )


def _truth(result: ReplayResult, summary: Mapping[str, Any]) -> str:
    figures = image(directions_picture(result), "directions over time") + image(
        gripper_picture(result), "gripper over time"
    )
    sentences = " ".join(escape(sentence) for sentence in truth_sentences(summary))
    return f"<h2>Against what really happened</h2><p>{sentences}</p>{figures}" + _small(
        ["Dotted lines: the settings change."]
    )


def _familiarity(result: ReplayResult, summary: Mapping[str, Any]) -> str:
    values = summary["out_of_distribution"]
    spans = [
        f"images {span['image']} to {span['image'] + span['images'] - 1} ({span['from_s']:.2f} to {span['to_s']:.2f} s)"
        for span in values["spans"]
    ]
    text = f"{values['images']} images are so unlike the demonstrations that the robot holds"
    return (
        f"<h2>Unlike the demonstrations</h2><p>{escape(text + (': ' + ', '.join(spans) if spans else ''))}.</p>"
        + image(familiarity_picture(result), "distance over time")
    )


def _latency(result: ReplayResult, summary: Mapping[str, Any]) -> str:
    rows = [{"hop": HOPS[hop], **values} for hop, values in summary["latency_ms"].items()]
    why = summary["latency_problem"]
    problem = _small([f"Hops from the image's stamp are left out: {why}."]) if why else ""
    if not rows:
        return "<h2>Latency as recorded</h2>" + (problem or "<p>The bag holds no answers to measure.</p>")
    columns = {"hop, ms": lambda row: row["hop"]} | {
        name: lambda row, name=name: f"{row[name]:g}" for name in ("n", "p50", "p90", "p99", "max")
    }
    return (
        "<h2>Latency as recorded</h2>"
        + table(columns, rows, best=False)
        + image(latency_picture(result), "latency over time")
        + problem
    )


def _settings(summary: Mapping[str, Any]) -> str:
    names = [name for name in summary["settings"][0] if name not in ("image", "time_s")]
    columns = {"from image": lambda row: str(row["image"]), "time, s": lambda row: f"{row['time_s']:.3f}"} | {
        name: lambda row, name=name: str(row[name]) for name in names
    }
    text = "<h2>Settings</h2>" + table(columns, summary["settings"], best=False)
    if not summary["parameter_changes"]:
        return text + _small(["No parameter change is in the bag."])
    events = {
        "time, s": lambda row: f"{row['time_s']:.3f}",
        "node": lambda row: row["node"],
        "parameter": lambda row: row["name"],
        "new value": lambda row: str(row["value"]),
    }
    return text + "<p>Parameters that were changed:</p>" + table(events, summary["parameter_changes"], best=False)


def _images(result: ReplayResult) -> str:
    def part(title: str, chosen: list[int]) -> Iterator[str]:
        picture = draw_images(result, chosen)
        if picture:
            yield f"<p>{title}</p>{image(picture, title)}"

    parts = [
        *part("Over the session", spread_images(result)),
        *part("Least like any demonstration", farthest_images(result)),
    ]
    return f"<h2>Images and replayed actions</h2>{''.join(parts)}{_small([LEGEND + '.'])}"


def _notes(summary: Mapping[str, Any]) -> str:
    problems = [f"image {item['image']}: {item['problem']}" for item in summary["replay"]["problems"]]
    return f"<h2>Notes</h2>{_small([*summary['notes'], *problems] or ['None.'])}"


def _small(lines: list[str]) -> str:
    return "".join(f'<p class="note">{escape(line)}</p>' for line in lines)
