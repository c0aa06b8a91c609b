import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vinn_training.cli.data_info import describe
from vinn_training.cli.main import main
from vinn_training.demonstrations.reader import open_dataset


def test_info(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "info", str(dataset), "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert (content["demonstrations"], content["frames"], content["image_size"]) == (3, 12, [48, 40])
    assert content["mean_direction_right_down_forward"] == [0, 0, 1]
    assert content["gripper_openings"] == {"0": 6, "1": 6}
    assert content["meaning"]["layout"] == "door"
    assert (content["format"], content["rate_hz"], content["with_rotations"]) == ("vinn", None, 0)
    assert main(["data", "info", str(dataset)]) == 0
    assert "demonstrations" in capsys.readouterr().out


def test_bad_demonstrations_are_named_and_do_not_end_it(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (dataset / "demo_1" / "labels.json").write_text("{")
    (dataset / "demo_0" / "images_linear" / "000000.png").write_bytes(b"no picture")
    assert main(["data", "info", str(dataset), "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["demonstrations"] == 2
    assert list(content["rejected"]) == ["demo_1"]
    assert content["image_size"] == [48, 40]  # of the next that can be read
    assert main(["data", "info", str(dataset)]) == 0
    assert "1 demonstrations cannot be used" in capsys.readouterr().err


def test_one_side_of_the_split(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "split", str(dataset), "--test-fraction", "0.4"]) == 0
    capsys.readouterr()
    assert main(["data", "info", str(dataset), "--json", "--reader.split", "test"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert (content["demonstrations"], content["splits"]) == (1, {"training": 2, "test": 1})


def test_times_lengths_and_measured_openings(dataset: Path) -> None:
    opened = open_dataset(dataset)
    full = tuple(
        replace(
            item,
            times_s=np.arange(4) * 0.5 + 7.0,
            lengths=np.array([0.1, 0.2, 0.3, 0.4]),
            rotations_rad=np.zeros((4, 3)),
            gripper=np.linspace(0.1 * index, 0.9, 4),
        )
        for index, item in enumerate(opened.demonstrations)
    )
    content = describe(replace(opened, demonstrations=full))
    assert (content["rate_hz"], content["duration_s"], content["with_rotations"]) == (2.0, 4.5, 3)
    assert content["lengths"] == {"min": 0.1, "median": 0.25, "max": 0.4}
    assert sum(content["gripper_openings"].values()) == 12
    many = replace(opened.demonstrations[0], gripper=np.array([0.0, 0.25, 0.35, 0.9]))
    several = tuple(replace(many, name=str(index), gripper=many.gripper + 0.01 * index) for index in range(4))
    content = describe(replace(opened, demonstrations=several))
    assert content["gripper_openings"] == {"min": 0.0, "median": 0.315, "max": 0.93}
