"""`vinn replay` and its mistakes, as a user meets them."""

from __future__ import annotations

import csv
import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from vinn_training.cli.main import main

_spec = importlib.util.spec_from_file_location(
    "replay_fixtures", Path(__file__).resolve().parents[1] / "replay" / "conftest.py"
)
_fixtures = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_fixtures)
bag, bundle, answered = _fixtures.bag, _fixtures.bundle, _fixtures.answered


@pytest.fixture
def recorded(answered, tmp_path) -> Path:
    """A bag in which every image was answered, with the camera's true path."""
    session = answered(12)
    for index in range(13):
        session.camera_pose(index * 0.1, (0.0, 0.0, index * 0.01))
    return session.write(tmp_path / "recorded")


def _replay(bag, bundle, output, *options):
    return main(["replay", str(bag), "--bundle", str(bundle), "-o", str(output), *options])


def test_a_session_is_replayed_compared_and_written_down(recorded, bundle, tmp_path, capsys):
    assert _replay(recorded, bundle, tmp_path / "out") == 0
    printed = capsys.readouterr().out
    assert "12 of 12 compared answers are equal" in printed
    summary = json.loads((tmp_path / "out" / "replay.json").read_text())
    assert (summary["online"]["compared"], summary["online"]["equal"]) == (12, 12)
    rows = list(csv.DictReader((tmp_path / "out" / "replay.csv").open()))
    assert len(rows) == 12
    assert {row["equal"] for row in rows} == {"True"}
    # What really happened is straight forward; the mean over components, then over the images, is the project's MSE.
    predicted = np.array([[float(row[f"direction_{axis}"]) for axis in "xyz"] for row in rows])
    real = np.array([[float(row[f"real_{axis}"]) for axis in "xyz"] for row in rows])
    np.testing.assert_allclose(real[:-1], np.tile([0.0, 0.0, 1.0], (11, 1)), atol=1e-6)
    expected = ((predicted - real) ** 2).mean(axis=1).mean()
    assert summary["real_motion"]["translation_mse"] == pytest.approx(expected, abs=1e-6)
    angles = np.degrees(np.arccos(predicted[:11, 2] / np.linalg.norm(predicted[:11], axis=1)))
    assert summary["real_motion"]["angle_deg"]["mean"] == pytest.approx(angles.mean(), abs=0.01)
    assert summary["latency_ms"]["stamp_to_embedding"]["p50"] == pytest.approx(20.0)
    page = (tmp_path / "out" / "report.html").read_text()
    assert page.count("<img") >= 6
    assert "http" not in page.replace("http://www.w3.org", "")  # nothing is loaded from elsewhere


def test_an_earlier_replay_is_replaced_and_anything_else_is_not(recorded, bundle, tmp_path, capsys):
    output = tmp_path / "out"
    assert _replay(recorded, bundle, output, "--embeddings", "recorded") == 0
    (output / "replay.csv").write_text("old")
    assert _replay(recorded, bundle, output, "--embeddings", "recorded") == 0
    assert (output / "replay.csv").read_text() != "old"
    (output / "replay.json").unlink()
    assert _replay(recorded, bundle, output) == 2
    assert "exists and is not a replay" in capsys.readouterr().err
    assert not list(tmp_path.glob(".out.*"))


def test_answers_of_another_bag_are_joined_to_the_images_they_answer(answered, bundle, tmp_path, capsys):
    session = answered(6)
    images = [item for item in session.messages if item[0] == "/image_raw"]
    others = [item for item in session.messages if item[0] != "/image_raw"]
    session.messages = images
    camera = session.write(tmp_path / "camera")
    session.messages = others
    answers = session.write(tmp_path / "answers")
    assert _replay(camera, bundle, tmp_path / "out", "--answers", str(answers)) == 0
    assert "6 of 6 compared answers are equal" in capsys.readouterr().out
    assert _replay(answers, bundle, tmp_path / "other") == 2
    assert "no image topic" in capsys.readouterr().err
    session.messages = [(topic, kind, ns, _later(message)) for topic, kind, ns, message in others]
    strangers = session.write(tmp_path / "strangers")
    assert _replay(camera, bundle, tmp_path / "out", "--answers", str(strangers)) == 2
    assert "none of its 6 answers is to an image" in capsys.readouterr().err


def test_parameters_come_from_a_file_or_one_by_one(bag, bundle, tmp_path, capsys):
    for index, picture in enumerate(_fixtures.pictures(3)):
        bag.image(index * 0.1, picture)
    path = bag.write(tmp_path / "camera")
    parameters = tmp_path / "policy.yaml"
    parameters.write_text("policy:\n  ros__parameters:\n    k: 4\n")
    assert _replay(path, bundle, tmp_path / "out", "--params-file", str(parameters)) == 0
    (settings,) = json.loads((tmp_path / "out" / "replay.json").read_text())["settings"]
    assert settings["k"] == 4
    assert "No image's answers can be compared (3 images: no recorded answer)" in capsys.readouterr().out
    assert _replay(path, bundle, tmp_path / "out", "--params-file", str(parameters), "--regression.k", "5") == 2
    assert "expected one of the two" in capsys.readouterr().err


def test_mistakes_are_one_line(recorded, bundle, tmp_path, capsys):
    for arguments, reason in (
        ((tmp_path / "nothing", bundle), "no such file or folder"),
        ((recorded, tmp_path / "nothing"), "manifest.json"),
        ((recorded, bundle, "--session.images", "/other/image"), "the bag has: /action"),
        ((recorded, bundle, "--session.action", "/other/action"), "the bag has: /action"),
    ):
        path, chosen, *options = arguments
        assert _replay(path, chosen, tmp_path / "out", *options) == 2
        message = capsys.readouterr().err
        assert reason in " ".join(message.split())
        assert "Traceback" not in message
        assert not (tmp_path / "out").exists()


def _later(message):
    message.header.stamp.sec += 100
    return message
