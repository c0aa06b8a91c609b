import base64
from html.parser import HTMLParser
from pathlib import Path

import pytest

pytest.importorskip("matplotlib")

from vinn_training.evaluation.paired_trials import paired_rates
from vinn_training.evaluation.report_page import build_page
from vinn_training.evaluation.result_files import write_json
from vinn_training.evaluation.table1_report import success_figure, table1_section
from vinn_training.exceptions import InvalidInput


def _cell(table: str, method: str, opened: int, paper: dict | None = None, **changes) -> dict:
    rate = {"k": opened, "n": 10, "low": max(0.0, opened / 10 - 0.2), "high": min(1.0, opened / 10 + 0.2)}
    cell = {"table": table, "method": method, "scenes": "training", "hinge": "right", "condition": "none",
            "starts": "wide", "handle_grasped": rate, "door_opened": rate, "median_steps_to_open": 14.0,
            "aborted": 2, "paper": paper}  # fmt: skip
    return cell | changes


@pytest.fixture
def content(tmp_path: Path) -> dict:
    (tmp_path / "trials").mkdir()
    (tmp_path / "trials" / "success.mp4").write_bytes(b"a film")
    found = paired_rates([True] * 9 + [False], [False] * 10)
    where = {"table": "I", "scenes": "training", "hinge": "right", "condition": "none", "starts": "wide"}
    video = {"method": "vinn", "table": "I", "folder": "trials", "file": "success.mp4", "outcome": "success",
             "scene": "<oak>", "seed": 3, "steps": 14, "reason": "door opened"}  # fmt: skip
    return {
        "settings": {"preset": "small", "pretraining": "in-domain", "seed": 0, "starts": "wide", "hold_quantile": 1.0,
                     "titles": {"vinn": "VINN", "open-loop": "open loop"}},
        "cells": [_cell("I", "vinn", 9, {"handle_grasped": 80.0, "door_opened": 80.0}), _cell("I", "open-loop", 0),
                  _cell("II", "vinn", 7, condition="signs")],
        "comparisons": [{**where, "second": "open-loop", "criterion": "door_opened", **found._asdict(),
                         "verdict": found.verdict}],
        "pooled": [], "videos": [video], "statements": ["VINN opens more"],
    }  # fmt: skip


def test_rates_intervals_comparisons_and_videos_are_within_the_page(content: dict, tmp_path: Path) -> None:
    write_json(tmp_path / "table1.json", content)
    page = build_page(tmp_path, "title")
    for words in ("9/10 (70 to 100 %)", "80 % / 80 %", "+90 (", "VINN better", "VINN opens more", "within 0.08 m",
                  "signs and handle covered", "never hold"):  # fmt: skip
        assert words in page, words
    assert base64.b64encode(b"a film").decode() in page
    assert "&lt;oak&gt;" in page
    assert "<oak>" not in page
    assert "src='http" not in page
    HTMLParser().feed(page)


def test_every_place_has_its_panel_and_the_papers_cross(content: dict) -> None:
    figure = success_figure(content["cells"], content["settings"]["titles"])
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == [
        "training cabinets, hinge on the right", "training cabinets, hinge on the right, signs and handle covered",
    ]  # fmt: skip
    first = figure.axes[0]
    widths = sorted(patch.get_width() for patch in first.patches)
    assert widths == [0.0, 90.0]
    (cross,) = [line for line in first.lines if line.get_marker() == "x"]
    assert cross.get_xdata().tolist() == [80.0]


def test_a_video_that_is_gone_is_named(content: dict, tmp_path: Path) -> None:
    (tmp_path / "trials" / "success.mp4").unlink()
    with pytest.raises(InvalidInput, match=r"success\.mp4: cannot be read"):
        table1_section(tmp_path, content)
