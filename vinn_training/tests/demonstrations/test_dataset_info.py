import json
from pathlib import Path

import pytest

from vinn_training.demonstrations.dataset_info import ORIGINAL_CROP, DatasetInfo, read_dataset_info
from vinn_training.demonstrations.gripper_labels import GripperLabels
from vinn_training.exceptions import InvalidDemonstration, InvalidInput


def test_json_round_trip() -> None:
    info = DatasetInfo("push", GripperLabels(meaning="opening"), ORIGINAL_CROP, source="a cupboard")
    assert DatasetInfo.from_dict(json.loads(json.dumps(info.to_dict()))) == info


def test_absent_file_is_none(tmp_path: Path) -> None:
    assert read_dataset_info(tmp_path) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"version": 2}, "version is 2"),
        ({"format": "lerobot"}, '"format": "vinn"'),
        ({"layout": "drawer"}, "layout is 'drawer'.*door, push"),
        ({"frame": "x forward, y left, z up"}, "frame is"),
        ({"unit": "metre"}, "unit is 'metre'"),
        ({"crop": {"left": 1}}, "argument"),
        ({"colour": "red"}, "unknown keys.*colour"),
        ({"gripper": {"meaning": "angle"}}, "angle"),
    ],
)
def test_bad_manifests_are_refused_by_name(tmp_path: Path, change: dict[str, object], words: str) -> None:
    (tmp_path / "dataset.json").write_text(json.dumps({**DatasetInfo().to_dict(), **change}))
    with pytest.raises(InvalidDemonstration, match=words) as caught:
        read_dataset_info(tmp_path)
    assert str(tmp_path / "dataset.json") in str(caught.value)


def test_broken_json_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "dataset.json").write_text("{")
    with pytest.raises(InvalidDemonstration, match=r"dataset\.json"):
        read_dataset_info(tmp_path)


def test_images_folder_follows_the_layout() -> None:
    assert DatasetInfo("door").images_folder == "images_linear"
    assert DatasetInfo("push").images_folder == "images"
    with pytest.raises(InvalidInput):
        DatasetInfo("drawer")  # type: ignore[arg-type]
