import json
import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from vinn_training.cli.main import main
from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.demonstrations.vinn_writer import VinnDatasetWriter
from vinn_training.gripper.label_set import DEFAULT_STATES

STATES = np.array([3] * 8 + [2] * 8 + [1] * 8 + [0] * 8)


@pytest.fixture
def grabbers(tmp_path: Path) -> Path:
    """Four demonstrations in which two bars come together in four steps."""
    rng = np.random.default_rng(0)
    writer = VinnDatasetWriter(tmp_path / "grabbers")
    for number in range(4):
        images = []
        for state in STATES:
            image = rng.integers(60, 120, (48, 64, 3), dtype=np.uint8)
            for side in (-1, 1):
                cv2.rectangle(
                    image,
                    (32 + side * (3 + 8 * int(state)) - 2, 10),
                    (34 + side * (3 + 8 * int(state)), 47),
                    (230, 40, 30),
                    -1,
                )
            images.append(image)
        directions = np.tile([0.0, 0.0, 1.0], (len(STATES), 1))
        writer.write(Demonstration.from_images(f"demo_{number}", images, directions, np.ones(len(STATES))))
    return tmp_path / "grabbers"


def _embedded(page: Path) -> dict:
    (text,) = re.findall(r'<script id="data" type="application/json">(.*?)</script>', page.read_text(), re.DOTALL)
    return json.loads(text)


def _label_by_hand(page: Path, labels: Path, last_frame: int = 100) -> None:
    """Do what the page does when everything is labelled and saved."""
    content = _embedded(page)
    rows = [
        {"source": row["source"], "episode": row["episode"], "frame": row["frame"],
         "state": DEFAULT_STATES[STATES[row["frame"]]]}
        for row in content["frames"] if row["frame"] <= last_frame
    ]  # fmt: skip
    kept = {key: content[key] for key in ("format", "version", "closed_to_open")}
    labels.write_text(json.dumps({**kept, "labels": rows}))


def test_from_pictures_to_labelled_data(grabbers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labels, page, model = tmp_path / "labels.json", tmp_path / "labels.html", tmp_path / "model"
    assert main(["gripper", "label", str(grabbers), "-o", str(labels), "--count", "64"]) == 0
    assert "64 pictures, 0 labelled before" in capsys.readouterr().out
    _label_by_hand(page, labels)

    # Again, with fewer pictures: what was labelled is shown.
    assert main(["gripper", "label", str(grabbers), "-o", str(labels), "--count", "8"]) == 0
    again = _embedded(page)
    assert sum(row["state"] is not None for row in again["frames"]) == 64
    assert again["other_labels"] == []

    arguments = ["--size", "32", "--epochs", "15", "--batch-size", "8", "--threads", "1"]
    assert main(["gripper", "train", str(labels), "-o", str(model), *arguments]) == 0
    out = capsys.readouterr().out
    assert "almost closed" in out
    assert "validation frames right" in out

    assert main(["gripper", "apply", str(model), str(grabbers)]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["closed_to_open"] == list(DEFAULT_STATES)
    assert [row["episode"] for row in result["episodes"]] == [f"demo_{number}" for number in range(4)]
    right = [np.mean(np.abs(np.array(row["openings"]) - STATES / 3) < 0.01) for row in result["episodes"]]
    assert np.mean(right) > 0.9

    out_json, relabelled = tmp_path / "openings.json", tmp_path / "relabelled"
    assert main(["gripper", "apply", str(model), str(grabbers), "-o", str(out_json), "--dataset", str(relabelled)]) == 0
    assert json.loads(out_json.read_text())["episodes"] == result["episodes"]
    data = open_dataset(relabelled)
    assert data.meaning["gripper"] == {"meaning": "class", "closed_to_open": [0, 1, 2, 3]}
    for before, after, row in zip(
        open_dataset(grabbers).demonstrations, data.demonstrations, result["episodes"], strict=True
    ):
        np.testing.assert_allclose(after.gripper, row["openings"], atol=1e-3)
        np.testing.assert_array_equal(after.directions, before.directions)
        np.testing.assert_array_equal(after.load_image(3), before.load_image(3))

    assert main(["gripper", "apply", str(model), str(grabbers), "--dataset", str(relabelled)]) == 2
    assert "expected the name of a new data set" in capsys.readouterr().err


def test_too_few_labels(grabbers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labels = tmp_path / "labels.json"
    assert main(["gripper", "label", str(grabbers), "-o", str(labels), "--count", "1000"]) == 0
    _label_by_hand(tmp_path / "labels.html", labels, last_frame=25)
    assert main(["gripper", "train", str(labels), "-o", str(tmp_path / "model"), "--min-labels", "9"]) == 2
    error = capsys.readouterr().err
    assert "too few labelled frames: closed 8; expected at least 9 of every state" in error
    assert not (tmp_path / "model").exists()


def test_mistakes_are_explained(grabbers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases = [
        (["label", "-o", str(tmp_path / "a.json")], "no source; expected one or more videos or data sets"),
        (["train", str(tmp_path / "none.json"), "-o", str(tmp_path / "model")], "no such file; expected the labels"),
        (["label", str(tmp_path / "none.mp4"), "-o", str(tmp_path / "a.json")], "expected a video or a data set"),
        (["label", str(grabbers), "-o", str(tmp_path / "a.html")], "which ends in .json"),
        (["label", str(grabbers), "-o", str(tmp_path / "a.json"), "--states", "open"], "2 to 9 different names"),
        (["apply", str(tmp_path / "model"), str(grabbers)], "expected the network that `vinn gripper train` wrote"),
    ]
    for arguments, message in cases:
        assert main(["gripper", *arguments]) == 2
        assert message in " ".join(capsys.readouterr().err.split())


def test_other_states_than_before(grabbers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labels = tmp_path / "labels.json"
    assert main(["gripper", "label", str(grabbers), "-o", str(labels), "--count", "4"]) == 0
    _label_by_hand(tmp_path / "labels.html", labels)
    assert main(["gripper", "label", str(grabbers), "-o", str(labels), "--states", "shut", "wide"]) == 2
    assert "expected the same: give --states, or another output" in capsys.readouterr().err
