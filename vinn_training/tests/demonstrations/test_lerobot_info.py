import json
from pathlib import Path

import pytest

from vinn_training.demonstrations.lerobot_info import choose_camera, read_info, unknown_meaning
from vinn_training.exceptions import InvalidDemonstration

INFO = {
    "codebase_version": "v3.0",
    "fps": 30,
    "data_path": "data/{chunk_index}/{file_index}.parquet",
    "video_path": "videos/{video_key}/{chunk_index}/{file_index}.mp4",
    "features": {
        "observation.images.front": {"dtype": "video", "shape": [4, 4, 3], "names": ["height", "width", "channels"]},
        "observation.state": {"dtype": "float32", "shape": [2], "names": {"motors": ["pan", "lift"]}},
        "action": {"dtype": "float32", "shape": [2], "names": None},
        "observation.map": {"dtype": "float32", "shape": [2, 2], "names": None},
        "task_index": {"dtype": "int64", "shape": [1], "names": None},
        "note": {"dtype": "string", "shape": [1], "names": None},
    },
}


def _write(root: Path, **changes: object) -> Path:
    (root / "meta").mkdir(exist_ok=True)
    (root / "meta/info.json").write_text(json.dumps({**INFO, **changes}))
    return root


def test_features_are_sorted_by_what_they_hold(tmp_path: Path) -> None:
    info = read_info(_write(tmp_path))
    assert info.numbers == {"observation.state": ["pan", "lift"], "action": [], "task_index": []}
    assert (info.videos, info.images, info.is_ours) == (["observation.images.front"], [], False)
    assert choose_camera(tmp_path, info, "") == "observation.images.front"


def test_our_own_data_is_known_by_the_names_of_its_action(tmp_path: Path) -> None:
    names = ["direction_right", "direction_down", "direction_forward", "gripper_opening"]
    action = {"dtype": "float32", "shape": [4], "names": names}
    assert read_info(_write(tmp_path, features={"action": action})).is_ours
    assert not read_info(_write(tmp_path, features={"action": {**action, "names": names[::-1]}})).is_ours


@pytest.mark.parametrize("version", ["v3.0", "v3.1"])
def test_every_version_3_is_read(tmp_path: Path, version: str) -> None:
    assert read_info(_write(tmp_path, codebase_version=version)).fps == 30


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"codebase_version": "v2.0"}, "version is v2.0; expected v3.0 or another v3: convert it with: python -m"),
        ({"codebase_version": "v1.6"}, "version is v1.6; .*update this program, or convert"),
        ({"fps": float("nan")}, "fps is nan"),
        ({"features": {"a": {}}}, "lacks or misspells 'dtype'"),
        ({"video_path": None, "features": 3}, "lacks or misspells"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, changes: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidDemonstration, match=rf"meta/info\.json: {words}"):
        read_info(_write(tmp_path, **changes))


def test_the_message_names_features_but_not_the_counters(tmp_path: Path) -> None:
    message = unknown_meaning(tmp_path, read_info(_write(tmp_path)))
    assert "observation.state: ['pan', 'lift']; action: []" in message
    assert "task_index" not in message
