import json
import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations import lerobot_layout, lerobot_writer
from vinn_training.demonstrations.lerobot_writer import write_lerobot
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.exceptions import InvalidDemonstration, InvalidInput
from vinn_training.preprocessing import CropBox

av = pytest.importorskip("av")
pq = pytest.importorskip("pyarrow.parquet")

CAMERA = "observation.images.wrist"


def _scene(count: int, seed: int, height: int = 48, width: int = 64) -> list[np.ndarray]:
    """A soft texture that slides past."""
    size = (width + 3 * count, height + count)
    cells = np.random.default_rng(seed).integers(60, 200, (size[1] // 16 + 2, size[0] // 16 + 2, 3), dtype=np.uint8)
    texture = cv2.resize(cells, size, interpolation=cv2.INTER_CUBIC)
    return [np.ascontiguousarray(texture[i : i + height, 3 * i : 3 * i + width]) for i in range(count)]


def _demonstration(name: str, count: int, seed: int = 0, full: bool = True, **size: int) -> Demonstration:
    rng = np.random.default_rng(seed)
    directions = rng.normal(size=(count, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    directions[0] = 0.0
    images = _scene(count, seed, **size)
    return Demonstration(
        name=name,
        frame_names=tuple(f"{index:06d}" for index in range(count)),
        directions=directions.astype(np.float32),
        gripper=rng.random(count, dtype=np.float32),
        load_image=images.__getitem__,
        rotations_rad=rng.normal(size=(count, 3)).astype(np.float32) if full else None,
        lengths=rng.random(count, dtype=np.float32) if full else None,
        times_s=np.cumsum(rng.random(count) + 0.01) if full else None,
    )


def _assert_same_labels(found: Demonstration, expected: Demonstration) -> None:
    assert (found.name, len(found)) == (expected.name, len(expected))
    for attribute in ("directions", "gripper", "rotations_rad", "lengths", "times_s"):
        mine, theirs = getattr(found, attribute), getattr(expected, attribute)
        assert (mine is None) == (theirs is None), attribute
        if mine is not None:
            assert mine.dtype == theirs.dtype
            assert mine.tobytes() == theirs.tobytes(), attribute


def test_reading_gives_back_what_was_written(tmp_path: Path) -> None:
    written = [_demonstration("b", 13, 1), _demonstration("a", 5, 2, full=False), _demonstration("c", 21, 3)]
    crop = CropBox(2, 2, 40, 40, 64, 48)
    report = write_lerobot(written, tmp_path / "set", 10, source="a video", length_unit="m", crop=crop)
    dataset = open_dataset(tmp_path / "set")
    assert (dataset.format, dataset.crop, dataset.source, dataset.rejected) == ("lerobot", crop, "a video", {})
    assert (dataset.meaning["length_unit"], dataset.meaning["rate_hz"]) == ("m", 10)
    assert [item.name for item in dataset.demonstrations] == ["a", "b", "c"]
    errors = []
    for found in dataset.demonstrations:
        (expected,) = [item for item in written if item.name == found.name]
        _assert_same_labels(found, expected)
        for index in range(len(found)):
            own = [np.abs(found.load_image(index).astype(int) - other).mean() for other in
                   (expected.load_image(other) for other in range(len(expected)))]  # fmt: skip
            assert int(np.argmin(own)) == index
            errors.append(own[index])
    assert report.video_error == pytest.approx(np.mean(errors))
    assert report.worst_frame_error == pytest.approx(np.max(errors))
    assert report.video_error < 3.0
    assert (report.episodes, report.frames) == (3, 39)


@pytest.mark.parametrize("size", [{"height": 37, "width": 51}, {"height": 16, "width": 24}])
def test_odd_and_tiny_images(tmp_path: Path, size: dict[str, int]) -> None:
    item = _demonstration("a", 4, **size)
    assert write_lerobot([item], tmp_path / "set", 7.5).video_error < 5.0
    (found,) = open_dataset(tmp_path / "set").demonstrations
    assert found.load_image(3).shape == (size["height"], size["width"], 3)
    _assert_same_labels(found, item)


def test_large_data_sets_are_spread_over_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lerobot_layout, "VIDEO_FILE_MB", 1e-6)
    monkeypatch.setattr(lerobot_writer, "_DATA_FILE_ROWS", 150)
    monkeypatch.setattr(lerobot_layout, "CHUNK_FILES", 2)
    # Longer than what the encoder holds back.
    written = [_demonstration(name, 70, seed) for seed, name in enumerate("abcde")]
    write_lerobot(written, tmp_path / "set", 10)
    names = [str(path.relative_to(tmp_path / "set")) for path in sorted((tmp_path / "set").rglob("*/file-*"))]
    videos = [f"videos/{CAMERA}/chunk-00{file // 2}/file-00{file % 2}.mp4" for file in range(5)]
    tables = [f"data/chunk-00{file // 2}/file-00{file % 2}.parquet" for file in range(3)]
    assert names == sorted([*videos, *tables, "meta/episodes/chunk-000/file-000.parquet"])
    for found, expected in zip(open_dataset(tmp_path / "set").demonstrations, written, strict=True):
        _assert_same_labels(found, expected)
        assert np.abs(found.load_image(2).astype(int) - expected.load_image(2)).mean() < 3.0


def test_files_say_what_lerobot_expects(tmp_path: Path) -> None:
    root = tmp_path / "set"
    write_lerobot([_demonstration("a", 4), _demonstration("b", 6, 1)], root, 10, task="open the door")
    info = json.loads((root / "meta/info.json").read_text())
    assert info["codebase_version"] == "v3.0"
    assert (info["total_episodes"], info["total_frames"], info["fps"]) == (2, 10, 10)
    assert info["features"]["action"]["names"][0] == "direction_right"
    assert info["features"][CAMERA]["shape"] == [48, 64, 3]
    data = pq.read_table(root / "data/chunk-000/file-000.parquet")
    assert set(data.column_names) == set(info["features"]) - {CAMERA}
    assert data["index"].to_pylist() == list(range(10))
    assert data["frame_index"].to_pylist() == [*range(4), *range(6)]
    np.testing.assert_array_equal(data["timestamp"].to_numpy()[4:], (np.arange(6) / 10).astype(np.float32))
    second = pq.read_table(root / "meta/episodes/chunk-000/file-000.parquet").to_pylist()[1]
    assert (second["length"], second["dataset_from_index"], second["dataset_to_index"]) == (6, 4, 10)
    assert second[f"videos/{CAMERA}/from_timestamp"] == pytest.approx(0.4)
    assert second["tasks"] == ["open the door"]
    statistics = json.loads((root / "meta/stats.json").read_text())
    assert set(statistics) == set(info["features"])
    assert np.shape(statistics[CAMERA]["mean"]) == (3, 1, 1)
    assert {f"stats/{CAMERA}/q99", "stats/action/mean"} <= set(second)


def test_each_episode_starts_with_a_keyframe(tmp_path: Path) -> None:
    write_lerobot([_demonstration("a", 7), _demonstration("b", 8, 1)], tmp_path / "set", 10)
    with av.open(str(tmp_path / f"set/videos/{CAMERA}/chunk-000/file-000.mp4")) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        keys = [round(packet.pts * stream.time_base * 10) for packet in container.demux(stream) if packet.is_keyframe]
    assert keys[:2] == [0, 7]


def test_refused_data_leaves_nothing_behind(tmp_path: Path) -> None:
    good = _demonstration("a", 3)
    unreadable = Demonstration("b", good.frame_names, good.directions, good.gripper, _raise)
    cases = [
        ([], {}, InvalidInput, "no demonstrations"),
        ([good, good], {}, InvalidInput, "two demonstrations are named a"),
        ([good], {"fps": 0}, InvalidInput, "fps is 0"),
        ([good], {"camera": "wrist"}, InvalidInput, r"expected observation\.images\.NAME"),
        ([good, _demonstration("b", 3, height=50)], {}, InvalidInput, "image is 64x50, the first was 64x48"),
        ([good, unreadable], {}, InvalidDemonstration, "lost"),
    ]
    for demonstrations, options, kind, words in cases:
        with pytest.raises(kind, match=words):
            write_lerobot(demonstrations, tmp_path / "set", **{"fps": 10, **options})
        assert os.listdir(tmp_path) == []


def _raise(index: int) -> np.ndarray:
    raise InvalidDemonstration("lost")


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    seen = []
    write_lerobot([_demonstration("a", 3)], tmp_path / "empty", 10, progress=lambda *done: seen.append(done))
    assert seen == [(step, 6) for step in range(1, 7)]
    with pytest.raises(InvalidInput, match="exists already"):
        write_lerobot([_demonstration("a", 3)], tmp_path / "empty", 10)


def test_the_lerobot_library_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("lerobot", reason="the lerobot library is not installed")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    from lerobot.datasets.lerobot_dataset import LeRobotDataset

    written = [_demonstration("a", 9, 1), _demonstration("b", 5, 2, full=False)]
    write_lerobot(written, tmp_path / "set", 10, task="open the door")
    dataset = LeRobotDataset("local/set", root=tmp_path / "set")
    assert (dataset.num_episodes, dataset.num_frames, dataset.fps) == (2, 14, 10)
    labels = dataset.hf_dataset.with_format("numpy")
    np.testing.assert_array_equal(labels["action"][:][:9, :3], written[0].directions)
    assert dataset.meta.tasks.index.tolist() == ["open the door"]
    try:
        item = dataset[11]
    except (ImportError, RuntimeError, AttributeError) as error:
        pytest.skip(f"labels were read, but this lerobot finds no video decoder: {error}")
    picture = 255 * item[CAMERA].numpy().transpose(1, 2, 0)
    assert np.abs(picture - written[1].load_image(2)).mean() < 3.0
    assert item["task"] == "open the door"
    assert int(item["episode_index"]) == 1
