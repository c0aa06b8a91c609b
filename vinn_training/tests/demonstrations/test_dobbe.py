import json
import re
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vinn_training.demonstrations import dobbe, vinn_layout
from vinn_training.demonstrations.dataset import ReaderOptions
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.exceptions import InvalidDemonstration

av = pytest.importorskip("av")

COUNT = 20
AT_REST = {"xyz": [0.0, 0.0, 0.0], "quats": [0.0, 0.0, 0.0, 1.0], "gripper": 1.0}
#: What Dobb-E's export multiplies ARKit's axes with (see the reader's docstring).
PERMUTATION = np.array([[0, 1, 0], [0, 0, -1], [-1, 0, 0]])


def _write_video(path: Path, count: int = COUNT, faststart: bool = False) -> None:
    flags = {"movflags": "faststart"} if faststart else {}
    with av.open(str(path), "w", options=flags) as container:
        stream = container.add_stream("libx264", rate=30, options={"g": "8"})
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for index in range(count):
            image = np.full((64, 64, 3), 20 + 8 * index, dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode(None))


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video") / dobbe.VIDEO_FILE
    _write_video(path)
    return path


def _write_episode(folder: Path, labels: object, video: Path | None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "labels.json").write_text(json.dumps(labels))
    if video is not None:
        shutil.copy(video, folder / dobbe.VIDEO_FILE)
    return folder


def _quaternion(matrix: np.ndarray) -> list[float]:
    vector = cv2.Rodrigues(matrix)[0].ravel()
    angle = np.linalg.norm(vector)
    return [*(np.sin(angle / 2) * vector / max(angle, 1e-12)), np.cos(angle / 2)]


def _phone_poses(seed: int, count: int = COUNT) -> np.ndarray:
    """Poses of a phone in the world, (N, 4, 4), in ARKit's axes of the camera: x right, y up, z backward."""
    rng = np.random.default_rng(seed)
    poses = np.tile(np.eye(4), (count, 1, 1))
    poses[:, :3, 3] = np.cumsum(rng.normal(scale=0.02, size=(count, 3)), axis=0) + rng.normal(size=3)
    turns = rng.normal(size=3) + np.cumsum(rng.normal(scale=0.05, size=(count, 3)), axis=0)
    for index in range(count):
        poses[index, :3, :3] = cv2.Rodrigues(turns[index])[0]
    return poses


def _exported(poses: np.ndarray, gripper: np.ndarray) -> dict[str, dict]:
    """Return labels.json as Dobb-E's export makes it of the phone's poses."""
    change = np.eye(4)
    change[:3, :3] = PERMUTATION
    labels = {}
    for index, pose in enumerate(poses):
        relative = change @ np.linalg.inv(poses[0]) @ pose @ change.T
        labels[str(index)] = {
            "xyz": relative[:3, 3].tolist(),
            "quats": _quaternion(relative[:3, :3]),
            "gripper": float(gripper[index]),
        }
    return labels


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), horizon=st.sampled_from([0, 1, 3, 8]))
def test_labels_are_the_motion_in_the_turned_picture(tmp_path: Path, video: Path, seed: int, horizon: int) -> None:
    poses = _phone_poses(seed)
    gripper = np.random.default_rng(seed).random(COUNT)
    folder = _write_episode(tmp_path / "episode", _exported(poses, gripper), video)
    (demonstration,) = dobbe.read(folder, ReaderOptions(horizon=horizon)).demonstrations
    steps = horizon or 8
    assert len(demonstration) == COUNT - steps
    for frame in range(COUNT - steps):
        step = np.linalg.inv(poses[frame]) @ poses[frame + steps]
        # The picture is turned clockwise: its right is ARKit's up (y), its down is ARKit's right (x); the lens
        # looks along minus z.
        right, down, forward = step[1, 3], step[0, 3], -step[2, 3]
        length = np.linalg.norm(step[:3, 3])
        np.testing.assert_allclose(
            demonstration.directions[frame], np.array([right, down, forward]) / length, atol=1e-5
        )
        assert demonstration.lengths[frame] == pytest.approx(length, abs=1e-6)
        turn = cv2.Rodrigues(step[:3, :3])[0].ravel()
        np.testing.assert_allclose(demonstration.rotations_rad[frame], [turn[1], turn[0], -turn[2]], atol=1e-6)
        assert demonstration.gripper[frame] == pytest.approx(gripper[frame + steps], abs=1e-7)


@pytest.mark.parametrize(
    ("xyz", "expected"),
    [([0.1, 0, 0], [1, 0, 0]), ([0, 0.1, 0], [0, 0, 1]), ([0, 0, 0.1], [0, -1, 0]), ([0, 0, 0], [0, 0, 0])],
)
def test_x_is_right_y_forward_z_up(tmp_path: Path, video: Path, xyz: list[float], expected: list[float]) -> None:
    labels = {str(index): {**AT_REST, "xyz": [index * value for value in xyz]} for index in range(COUNT)}
    folder = _write_episode(tmp_path / "episode", labels, video)
    (demonstration,) = dobbe.read(folder, ReaderOptions()).demonstrations
    np.testing.assert_allclose(demonstration.directions, np.tile(expected, (COUNT - 8, 1)), atol=1e-6)
    np.testing.assert_allclose(demonstration.lengths, 8 * np.linalg.norm(xyz), atol=1e-6)


def test_images_are_those_of_the_labelled_frames(tmp_path: Path, video: Path) -> None:
    labels = {str(index): AT_REST for index in range(COUNT)}
    (demonstration,) = dobbe.read(_write_episode(tmp_path / "a", labels, video), ReaderOptions()).demonstrations
    for index in (0, 11, 5):
        image = demonstration.load_image(index)
        assert (image.shape, image.dtype) == ((64, 64, 3), np.uint8)
        assert abs(float(image.mean()) - (20 + 8 * index)) < 3
    np.testing.assert_allclose(demonstration.times_s[:3], [0, 1 / 30, 2 / 30])


def test_nested_episodes_are_found_and_named(tmp_path: Path, video: Path) -> None:
    labels = {str(index): AT_REST for index in range(COUNT)}
    for name in ("Door/Home1/Env2/b", "Door/Home1/Env2/a", "Drawer/Home1/Env1/a"):
        _write_episode(tmp_path / name, labels, video)
    _write_episode(tmp_path / ".trash" / "x", labels, video)
    dataset = open_dataset(tmp_path)
    assert dataset.format == "dobbe"
    assert [item.name for item in dataset.demonstrations] == [
        "Door__Home1__Env2__a",
        "Door__Home1__Env2__b",
        "Drawer__Home1__Env1__a",
    ]
    assert dataset.meaning["length_unit"] == "m"
    json.dumps(dataset.meaning)


def test_bad_episodes_are_set_aside_with_their_reasons(tmp_path: Path, video: Path) -> None:
    good = {str(index): AT_REST for index in range(COUNT)}
    _write_episode(tmp_path / "good", good, video)
    _write_episode(tmp_path / "long", {str(index): AT_REST for index in range(COUNT + 5)}, video)
    _write_episode(tmp_path / "short", {str(index): AT_REST for index in range(8)}, video)
    _write_episode(tmp_path / "gap", {key: value for key, value in good.items() if key != "7"}, video)
    _write_episode(tmp_path / "wide", {**good, "3": {**AT_REST, "gripper": 1.2}}, video)
    _write_episode(tmp_path / "nan", {**good, "4": {**AT_REST, "xyz": [0, float("nan"), 0]}}, video)
    _write_episode(tmp_path / "flat", {**good, "5": {**AT_REST, "quats": [0, 0, 0, 0]}}, video)
    _write_episode(tmp_path / "bare", {**good, "6": [1, 2, 3]}, video)
    _write_episode(tmp_path / "blind", good, None)
    broken = _write_episode(tmp_path / "broken", good, video)
    (broken / dobbe.VIDEO_FILE).write_bytes(video.read_bytes()[:300])
    (_write_episode(tmp_path / "json", good, video) / "labels.json").write_text("{")
    dataset = open_dataset(tmp_path)
    assert [item.name for item in dataset.demonstrations] == ["good"]
    expected = {
        "long": "labels for 25 frames, but compressed_video_h264.mp4 has only 20",
        "short": "8 poses; expected more than the horizon of 8 frames",
        "gap": "has 19 labels, but none for frame 7",
        "wide": "frame 3: .*opening",
        "nan": "frame 4: .*finite",
        "flat": "frame 5: quaternion",
        "bare": "frame 6: label is",
        "blind": "compressed_video_h264.mp4: no such file",
        "broken": "compressed_video_h264.mp4: not a readable video",
        "json": "labels.json: not readable as JSON",
    }
    assert set(dataset.rejected) == set(expected)
    for name, words in expected.items():
        assert re.search(words, dataset.rejected[name]), dataset.rejected[name]
        assert f"/{name}/" in dataset.rejected[name]


def test_nothing_usable_is_an_error_that_names_the_first(tmp_path: Path) -> None:
    _write_episode(tmp_path / "blind", {str(index): AT_REST for index in range(COUNT)}, None)
    with pytest.raises(
        InvalidDemonstration, match=r"none of 1 episodes of Dobb-E can be used; the first: .*no such file"
    ):
        open_dataset(tmp_path)


def test_a_cut_video_is_set_aside(tmp_path: Path, video: Path) -> None:
    labels = {str(index): AT_REST for index in range(COUNT)}
    _write_episode(tmp_path / "good", labels, video)
    cut = _write_episode(tmp_path / "cut", labels, None) / dobbe.VIDEO_FILE
    _write_video(cut, faststart=True)
    cut.write_bytes(cut.read_bytes()[:-20])
    dataset = open_dataset(tmp_path)
    assert [item.name for item in dataset.demonstrations] == ["good"]
    assert "whole ones" in dataset.rejected["cut"]


def test_the_vinn_layout_is_not_taken_for_dobbe(tmp_path: Path) -> None:
    (tmp_path / "run" / "images_linear").mkdir(parents=True)
    (tmp_path / "run" / "labels.json").write_text('{"000000.png": [0, 0, 1, 0, 0, 0, 3]}')
    assert not dobbe.recognises(tmp_path)
    assert vinn_layout.recognises(tmp_path)
    assert not dobbe.recognises(tmp_path / "run" / "labels.json")
