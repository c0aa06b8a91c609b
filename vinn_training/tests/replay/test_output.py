"""What a replay leaves on disk, and that nothing is left half written."""

from __future__ import annotations

import base64
import csv
import json
import re
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.replay import output
from vinn_training.replay.output import check_output, write_replay


def test_three_files_with_one_story(result, tmp_path):
    summary = write_replay(tmp_path / "out", result)
    assert json.loads((tmp_path / "out" / "replay.json").read_text()) == summary
    rows = list(csv.DictReader((tmp_path / "out" / "replay.csv").open()))
    assert [row["online_gripper"] == "" for row in rows] == [index in (5, 11) for index in range(12)]
    assert rows[5]["why"] == "no recorded answer"
    assert rows[11]["problem"] == "no embedding was recorded"
    assert float(rows[1]["stamp_to_command_ms"]) == pytest.approx(50.0)
    assert [row["k"] for row in rows] == ["10"] * 6 + ["3"] * 6

    page = (tmp_path / "out" / "report.html").read_text()
    HTMLParser().feed(page)
    images = [base64.b64decode(text) for text in re.findall(r"base64,([^\"]+)", page)]
    assert len(images) == 7
    for content in images:
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        assert picture.std() > 5.0
    assert "10 of 10 compared answers are equal" in page
    assert "/policy" in page


def test_a_place_that_holds_something_else_is_left_alone(result, tmp_path):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "thesis.tex").write_text("mine")
    for name in ("file", "folder"):
        with pytest.raises(InvalidInput, match="exists and is not a replay"):
            write_replay(tmp_path / name, result)
    assert (tmp_path / "folder" / "thesis.tex").read_text() == "mine"
    (tmp_path / "empty").mkdir()
    check_output(tmp_path / "empty")


def test_a_failure_in_the_middle_keeps_the_old_replay(result, tmp_path, monkeypatch):
    monkeypatch.setattr(output, "build_report", lambda result, summary: "page")
    write_replay(tmp_path / "out", result)
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}

    def fail(path, rows):
        raise InvalidInput("disk full")

    monkeypatch.setattr(output, "write_csv", fail)
    with pytest.raises(InvalidInput, match="disk full"):
        write_replay(tmp_path / "out", result)
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []
