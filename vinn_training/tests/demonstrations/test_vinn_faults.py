import json
from pathlib import Path

import numpy as np
import pytest

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.dataset_info import DatasetInfo
from vinn_training.demonstrations.findings import Findings
from vinn_training.demonstrations.vinn_faults import check_checksums, check_rejected
from vinn_training.demonstrations.vinn_writer import VinnDatasetWriter


@pytest.fixture
def folder(tmp_path: Path, views) -> Path:
    directions = np.tile([0.0, 0.0, 1.0], (6, 1))
    demonstration = Demonstration.from_images("demo", views(0, 6), directions, np.ones(6))
    return VinnDatasetWriter(tmp_path).write(demonstration)


def _relabel(folder: Path, changes: dict) -> None:
    path = folder / "labels.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_every_bad_label_is_named(folder: Path) -> None:
    _relabel(
        folder,
        {
            "000000.png": [0, 2, 0, 0, 0, 0, 3],
            "000001.png": [float("nan"), 0, 1, 0, 0, 0, 3],
            "000002.png": [0, 1, 0, 0, 0, 0, 9],
            "000003.png": [0, 1, 0],
        },
    )
    findings = Findings()
    assert check_rejected(folder, DatasetInfo(), "the reader's reason", findings) == 6
    assert findings.counts == {"bad-label": 4}
    details = {place.frame: place.detail for place in findings.places["bad-label"]}
    assert "length 2" in details["000000.png"]
    assert "not finite" in details["000001.png"]
    assert "gripper label is 9" in details["000002.png"]
    assert "7 numbers" in details["000003.png"]


def test_missing_and_corrupt_images_are_all_named(folder: Path) -> None:
    for name in ("000001.png", "000004.png"):
        (folder / "images_linear" / name).unlink()
    picture = folder / "images_linear" / "000002.png"
    picture.write_bytes(b"no picture")
    findings = Findings()
    check_rejected(folder, DatasetInfo(), "images are missing", findings)
    assert findings.counts == {"missing-image": 2, "corrupt-image": 1}
    assert [place.frame for place in findings.places["missing-image"]] == ["000001.png", "000004.png"]


def test_where_nothing_more_exact_is_known_the_readers_reason_stands(folder: Path) -> None:
    (folder / "labels.json").write_text("{")
    findings = Findings()
    check_rejected(folder, DatasetInfo(), "labels.json: not readable as JSON", findings)
    assert findings.counts == {"unusable": 1}
    assert str(findings.places["unusable"][0]) == "demo: labels.json: not readable as JSON"


def test_push_labels(tmp_path: Path) -> None:
    folder = tmp_path / "push"
    (folder / "images").mkdir(parents=True)
    (folder / "labels.json").write_text(json.dumps({"0.jpg": [[0, 1, 0]], "1.jpg": [[0, 3, 0]], "2.jpg": 5}))
    findings = Findings()
    check_rejected(folder, DatasetInfo(layout="push"), "", findings)
    assert findings.counts == {"bad-label": 2, "missing-image": 3}


def test_changed_files_are_named(folder: Path) -> None:
    findings = Findings()
    check_checksums(folder, findings)
    assert not findings.counts
    _relabel(folder, {"000000.png": [1, 0, 0, 0, 0, 0, 3]})
    path = folder / "images_linear" / "000003.png"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    check_checksums(folder, findings)
    assert {place.frame for place in findings.places["checksum"]} == {"labels.json", "images_linear/000003.png"}
