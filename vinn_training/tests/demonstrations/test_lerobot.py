import json
import re
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations import lerobot, lerobot_layout, lerobot_writer
from vinn_training.demonstrations.dataset import ReaderOptions
from vinn_training.demonstrations.dataset_info import DatasetInfo
from vinn_training.demonstrations.gripper_labels import GripperLabels
from vinn_training.demonstrations.lerobot_writer import write_lerobot
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.demonstrations.vinn_writer import VinnDatasetWriter
from vinn_training.exceptions import InvalidDemonstration, InvalidInput

pytest.importorskip("av")
pq = pytest.importorskip("pyarrow.parquet")

CAMERA = "observation.images.wrist"
CONVENTION = {
    "motion": "delta",
    "axes": "body",
    "position": {"feature": "action", "columns": ["x", "y", "z"]},
    "camera_axes": {"right": [0, -1, 0], "down": [0, 0, -1], "forward": [1, 0, 0]},
    "gripper": {"feature": "action", "columns": ["grip"], "closed": 1, "open": 0},
}


def _demonstration(name: str, count: int, seed: int = 0) -> Demonstration:
    rng = np.random.default_rng(seed)
    cells = rng.integers(60, 200, (9, 9, 3), dtype=np.uint8)
    texture = cv2.resize(cells, (160, 160), interpolation=cv2.INTER_CUBIC)
    directions = rng.normal(size=(count, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return Demonstration(
        name=name,
        frame_names=tuple(f"{index:06d}" for index in range(count)),
        directions=directions.astype(np.float32),
        gripper=rng.random(count, dtype=np.float32),
        load_image=lambda index: np.ascontiguousarray(texture[index : index + 64, index : index + 80]),
        rotations_rad=rng.normal(size=(count, 3)).astype(np.float32),
        lengths=rng.random(count, dtype=np.float32),
        times_s=np.cumsum(rng.random(count) + 0.01),
    )


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("lerobot") / "set"
    write_lerobot([_demonstration("a", 9, 1), _demonstration("b", 14, 2)], root, 10)
    return root


@pytest.fixture
def root(template: Path, tmp_path: Path) -> Path:
    shutil.copytree(template, tmp_path / "set")
    return tmp_path / "set"


@pytest.fixture
def spread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three episodes, each with a table and a video of its own."""
    monkeypatch.setattr(lerobot_layout, "VIDEO_FILE_MB", 1e-6)
    monkeypatch.setattr(lerobot_writer, "_DATA_FILE_ROWS", 60)
    write_lerobot([_demonstration(name, 60, seed) for seed, name in enumerate("abc")], tmp_path / "set", 10)
    assert len(list((tmp_path / "set").rglob("videos/*/*/*.mp4"))) == 3
    return tmp_path / "set"


def _change_info(root: Path, **changes: object) -> None:
    path = root / "meta/info.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def _make_foreign(root: Path) -> None:
    info = json.loads((root / "meta/info.json").read_text())
    info["features"]["action"]["names"] = ["x", "y", "z", "grip"]
    (root / "meta/info.json").write_text(json.dumps(info))


def test_vinn_to_lerobot_and_back_keeps_everything_but_the_videos_error(tmp_path: Path) -> None:
    written = [_demonstration(name, count, count) for name, count in (("door_10", 12), ("door_2", 7), ("door_1", 5))]
    info = DatasetInfo(gripper=GripperLabels(meaning="opening"), length_unit="m", rate_hz=5.0)
    first = VinnDatasetWriter(tmp_path / "vinn", info)
    for item in written:
        first.write(item)
    source = open_dataset(tmp_path / "vinn")
    report = write_lerobot(source.demonstrations, tmp_path / "lerobot", 5, length_unit="m")
    middle = open_dataset(tmp_path / "lerobot")
    second = VinnDatasetWriter(tmp_path / "back", info)
    for item in middle.demonstrations:
        second.write(item)
    back = open_dataset(tmp_path / "back")
    assert [(item.name, len(item)) for item in back.demonstrations] == [
        (item.name, len(item)) for item in source.demonstrations
    ]
    errors = []
    for found, expected in zip(back.demonstrations, source.demonstrations, strict=True):
        for name in ("directions", "gripper", "rotations_rad", "lengths", "times_s"):
            assert getattr(found, name).tobytes() == getattr(expected, name).tobytes(), name
        for index in range(len(found)):
            errors.append(np.abs(found.load_image(index).astype(int) - expected.load_image(index)).mean())
    assert report.video_error == pytest.approx(np.mean(errors))
    assert max(errors) < 3.0


def test_without_the_sidecar_labels_stay_and_names_are_numbers(root: Path) -> None:
    named = open_dataset(root).demonstrations
    (root / "meta/vinn.json").unlink()
    numbered = open_dataset(root).demonstrations
    assert [item.name for item in numbered] == ["episode_000000", "episode_000001"]
    for one, other in zip(named, numbered, strict=True):
        assert one.directions.tobytes() == other.directions.tobytes()
        assert one.times_s.tobytes() == other.times_s.tobytes()


def test_a_sidecar_of_other_episodes_is_named(root: Path) -> None:
    sidecar = json.loads((root / "meta/vinn.json").read_text())
    sidecar["episodes"].pop()
    (root / "meta/vinn.json").write_text(json.dumps(sidecar))
    with pytest.raises(InvalidDemonstration, match=r"vinn\.json: names other episodes"):
        open_dataset(root)


def test_data_of_others_is_refused_with_what_was_found(root: Path) -> None:
    _make_foreign(root)
    with pytest.raises(InvalidDemonstration) as caught:
        open_dataset(root)
    message = str(caught.value)
    assert "action: ['x', 'y', 'z', 'grip']" in message
    assert "Expected 'action' with the names ['direction_right'" in message
    example = json.loads(message.partition("for example: ")[2])
    assert set(example) >= {"motion", "position", "camera_axes", "gripper"}


def test_data_of_others_is_read_as_its_convention_says(root: Path) -> None:
    _make_foreign(root)
    (root / "meta/vinn_convention.json").write_text(json.dumps(CONVENTION))
    dataset = open_dataset(root)
    json.dumps(dataset.meaning)
    for found, original in zip(
        dataset.demonstrations, (_demonstration("a", 9, 1), _demonstration("b", 14, 2)), strict=True
    ):
        np.testing.assert_allclose(found.directions, original.directions[:, [1, 2, 0]] * [-1, -1, 1], atol=1e-6)
        np.testing.assert_allclose(found.gripper, 1.0 - original.gripper, atol=1e-6)
        np.testing.assert_allclose(found.lengths, 1.0, atol=1e-6)
        np.testing.assert_allclose(found.times_s, np.arange(len(original)) / 10, atol=1e-6)
        assert np.abs(found.load_image(4).astype(int) - original.load_image(4)).mean() < 3.0
    (root / "meta/vinn_convention.json").write_text(
        json.dumps({**CONVENTION, "position": {"feature": "action", "columns": ["x", "y", "height"]}})
    )
    with pytest.raises(InvalidDemonstration, match=r"none of 2 episodes can be used; the first: .*no column 'height'"):
        open_dataset(root)


def test_among_several_cameras_one_is_named(root: Path) -> None:
    info = json.loads((root / "meta/info.json").read_text())
    info["features"]["observation.images.front"] = info["features"][CAMERA]
    (root / "meta/info.json").write_text(json.dumps(info))
    with pytest.raises(InvalidDemonstration, match=rf"several cameras; .*: {CAMERA}, observation\.images\.front"):
        open_dataset(root)
    with pytest.raises(InvalidDemonstration, match=rf"has no camera 'top'; expected one of: {CAMERA}"):
        open_dataset(root, ReaderOptions(camera="top"))
    assert len(open_dataset(root, ReaderOptions(camera=CAMERA)).demonstrations) == 2
    with pytest.raises(InvalidDemonstration, match=r"has no column videos/observation\.images\.front/chunk_index"):
        open_dataset(root, ReaderOptions(camera="observation.images.front"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"codebase_version": "v2.1"}, "version is v2.1; .* python -m lerobot.datasets.v30.convert_dataset_v21_to_v30"),
        ({"codebase_version": "v4.0"}, "version is v4.0; .* update this program"),
        ({"fps": 0}, "fps is 0.0"),
        ({"fps": None}, "lacks or misspells"),
        ({"features": {}}, "has no pictures"),
        ({"features": {"a": {"dtype": "image"}}}, r"pictures inside its tables \(a\)"),
    ],
)
def test_descriptions_that_cannot_be_used_are_named(root: Path, changes: dict[str, object], words: str) -> None:
    _change_info(root, **changes)
    with pytest.raises(InvalidDemonstration, match=words):
        open_dataset(root)


def test_what_is_broken_json_is_named(root: Path) -> None:
    (root / "meta/info.json").write_text("{")
    assert lerobot.recognises(root)
    with pytest.raises(InvalidDemonstration, match=r"info\.json: no readable LeRobot description"):
        open_dataset(root)
    assert not lerobot.recognises(root / "meta")


def test_labels_that_are_directions_know_no_horizon(root: Path) -> None:
    with pytest.raises(InvalidInput, match="horizon is 4, but the labels are directions already"):
        open_dataset(root, ReaderOptions(horizon=4))


def test_damaged_files_cost_only_their_own_episodes(spread: Path) -> None:
    table = spread / "data/chunk-000/file-001.parquet"
    table.write_bytes(table.read_bytes()[:-100])
    video = spread / f"videos/{CAMERA}/chunk-000/file-002.mp4"
    video.write_bytes(video.read_bytes()[: int(0.8 * video.stat().st_size)])
    dataset = open_dataset(spread)
    assert [item.name for item in dataset.demonstrations] == ["a"]
    assert dataset.demonstrations[0].load_image(59).shape == (64, 80, 3)
    assert re.search(r"file-001\.parquet: not a readable parquet file \(is it truncated\?\)", dataset.rejected["b"])
    assert re.search(r"file-002\.mp4: has \d+ whole frames, but episode 2 needs 60", dataset.rejected["c"])


def test_missing_files_cost_only_their_own_episodes(spread: Path) -> None:
    (spread / "data/chunk-000/file-001.parquet").unlink()
    (spread / f"videos/{CAMERA}/chunk-000/file-002.mp4").unlink()
    rejected = open_dataset(spread).rejected
    assert "file-001.parquet: missing" in rejected["b"]
    assert "file-002.mp4: no such file" in rejected["c"]
    (spread / f"videos/{CAMERA}/chunk-000/file-000.mp4").write_bytes(b"no video")
    with pytest.raises(InvalidDemonstration, match=r"none of 3 episodes can be used; the first: .*file-000\.mp4"):
        open_dataset(spread)


def test_rows_that_do_not_fit_the_list_of_episodes_are_named(root: Path) -> None:
    path = root / "data/chunk-000/file-000.parquet"
    table = pq.read_table(path)
    pq.write_table(table.slice(0, table.num_rows - 3), path)
    dataset = open_dataset(root)
    assert [item.name for item in dataset.demonstrations] == ["a"]
    assert "holds 11 rows of episode 1; expected 14" in dataset.rejected["b"]


def test_a_list_of_episodes_that_cannot_be_read_is_named(root: Path) -> None:
    path = root / "meta/episodes/chunk-000/file-000.parquet"
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(
        InvalidDemonstration, match=r"meta/episodes/chunk-000/file-000\.parquet: not a readable parquet"
    ):
        open_dataset(root)
    path.unlink()
    with pytest.raises(InvalidDemonstration, match="meta/episodes: holds no parquet files"):
        open_dataset(root)


def test_reading_all_in_order_decodes_each_frame_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    videos = []

    class Counted(lerobot.VideoFrames):
        def __init__(self, path: Path) -> None:
            super().__init__(path)
            videos.append(self)

    monkeypatch.setattr(lerobot, "VideoFrames", Counted)
    for item in open_dataset(root).demonstrations:
        for index in range(len(item)):
            item.load_image(index)
    assert sum(video.decoded for video in videos) == 23
