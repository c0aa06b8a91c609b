import json
from pathlib import Path

import pytest

from vinn_training.cli.main import main


def test_info(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "info", str(dataset), "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert (content["demonstrations"], content["frames"], content["image_size"]) == (3, 12, [48, 40])
    assert content["mean_direction_right_down_forward"] == [0, 0, 1]
    assert content["gripper_openings"] == {"0": 6, "1": 6}
    assert content["meaning"]["layout"] == "door"
    assert main(["data", "info", str(dataset)]) == 0
    assert "demonstrations" in capsys.readouterr().out


def test_validate_finds_everything_that_is_bad(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "validate", str(dataset)]) == 0
    assert "3 demonstrations, 12 frames read, 0 problems" in capsys.readouterr().out
    (dataset / "demo_0" / "labels.json").write_text("{")
    (dataset / "demo_1" / "images_linear" / "000002.png").write_bytes(b"no picture")
    assert main(["data", "validate", str(dataset), "--json"]) == 1
    content = json.loads(capsys.readouterr().out)
    assert len(content["problems"]) == 2
    assert "demo_0/labels.json" in content["problems"][0]
    assert "demo_1/images_linear/000002.png" in content["problems"][1]


def test_no_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "info", str(tmp_path / "nothing")]) == 2
    assert "no such file or folder" in capsys.readouterr().err
