import json
from pathlib import Path

import numpy as np
import pytest

from vinn_training.cli.main import main
from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.demonstrations.split_file import SplitNames, split_path, write_split
from vinn_training.demonstrations.vinn_writer import VinnDatasetWriter


def _copy(dataset: Path, name: str) -> None:
    original = open_dataset(dataset).demonstrations[0]
    images = [original.load_image(index) for index in range(len(original))]
    VinnDatasetWriter(dataset).write(Demonstration.from_images(name, images, original.directions, original.gripper))


def test_good_data(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "validate", str(dataset)]) == 0
    assert "3 demonstrations, 12 frames read, no split to check: 0 errors, 0 warnings" in capsys.readouterr().out


def test_everything_that_is_bad_is_found(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (dataset / "demo_0" / "labels.json").write_text("{")
    (dataset / "demo_1" / "images_linear" / "000002.png").write_bytes(b"no picture")
    assert main(["data", "validate", str(dataset), "--json"]) == 1
    content = json.loads(capsys.readouterr().out)
    found = {item["check"]: (item["severity"], item["count"], item["places"][0]) for item in content["findings"]}
    assert set(found) == {"unusable", "corrupt-image", "checksum"}
    assert found["unusable"][2]["demonstration"] == "demo_0"
    assert found["corrupt-image"][2] | {"detail": ""} == {
        "demonstration": "demo_1", "frame": "000002.png", "detail": "",
    }  # fmt: skip
    assert content["errors"] == 4
    assert main(["data", "validate", str(dataset)]) == 1
    printed = capsys.readouterr()
    assert "error: corrupt-image: 1 frames" in printed.err
    assert "demo_1/000002.png" in printed.err
    assert "4 errors, 0 warnings" in printed.out


def test_warnings_alone_are_no_failure_and_the_split_makes_them_one(
    dataset: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _copy(dataset, "again")
    assert main(["data", "validate", str(dataset)]) == 0
    printed = capsys.readouterr()
    assert "warning: duplicate-episode: 1 pairs of demonstrations" in printed.err
    assert "4 pairs of frames cannot be told apart" in printed.out
    across = SplitNames(("demo_0", "demo_1", "demo_2"), ("again",))
    write_split(tmp_path / "elsewhere.json", across)
    assert main(["data", "validate", str(dataset), "--split", str(tmp_path / "elsewhere.json")]) == 1
    assert "error: leakage" in capsys.readouterr().err
    write_split(split_path(dataset), across)  # found by itself
    assert main(["data", "validate", str(dataset)]) == 1
    assert "split 3/1 checked" in capsys.readouterr().out
    assert main(["data", "validate", str(dataset), "--reader.split", "training"]) == 0


def test_only_the_first_places_are_printed(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (dataset / "demo_0" / "images_linear").iterdir():
        path.write_bytes(b"no picture")
    assert main(["data", "validate", str(dataset), "--places", "1"]) == 1
    text = capsys.readouterr().err
    assert "4 frames: the image cannot be decoded" in text
    assert "... and 3 more" in text
    assert "000001.png" not in text


def test_a_split_that_is_not_there(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "validate", str(dataset), "--split", str(dataset / "none.json")]) == 2
    assert "none.json: no such file" in capsys.readouterr().err


def test_a_label_that_is_no_direction_is_one_finding_of_many(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = dataset / "demo_2" / "labels.json"
    labels = json.loads(path.read_text())
    labels["000001.png"][1] = float("nan")
    labels["000003.png"][:3] = (2 * np.array(labels["000003.png"][:3])).tolist()
    path.write_text(json.dumps(labels))
    assert main(["data", "validate", str(dataset), "--json"]) == 1
    content = json.loads(capsys.readouterr().out)
    (finding,) = [item for item in content["findings"] if item["check"] == "bad-label"]
    assert [place["frame"] for place in finding["places"]] == ["000001.png", "000003.png"]
