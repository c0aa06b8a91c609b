import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.dataset_info import DatasetInfo
from vinn_training.demonstrations.gripper_labels import GripperLabels
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.demonstrations.vinn_writer import VinnDatasetWriter
from vinn_training.exceptions import InvalidInput
from vinn_training.preprocessing import CropBox

OPENING = DatasetInfo(gripper=GripperLabels(meaning="opening"))


def _images(count: int) -> list[np.ndarray]:
    return list(np.random.default_rng(3).integers(0, 256, (count, 12, 16, 3), dtype=np.uint8))


def _write(writer, name, images, directions, gripper) -> Path:
    return writer.write(Demonstration.from_images(name, images, directions, gripper))


def _unit(count: int, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, 3))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_files_are_those_of_the_original_layout(tmp_path: Path) -> None:
    writer = VinnDatasetWriter(tmp_path)
    # forward, down, right in the optical frame; open, almost closed, closed
    folder = _write(writer, "a", _images(3), np.array([[0, 0, 1], [0, 1, 0], [1, 0, 0]]), np.array([1, 1 / 3, 0]))
    labels = json.loads((folder / "labels.json").read_text())
    assert labels == {
        "000000.png": [0, 1, 0, 0, 0, 0, 3],
        "000001.png": [0, 0, -1, 0, 0, 0, 1],
        "000002.png": [1, 0, 0, 0, 0, 0, 0],
    }
    assert isinstance(labels["000000.png"][6], int)
    assert sorted(path.name for path in (folder / "images_linear").iterdir()) == list(labels)


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.floats(0, 1, width=32), min_size=1, max_size=4), st.integers(0, 99))
def test_round_trip_is_exact(tmp_path: Path, openings: list[float], seed: int) -> None:
    root = tmp_path / f"{seed}_{abs(hash(tuple(openings)))}_{len(list(tmp_path.iterdir()))}"
    images, directions = _images(len(openings)), _unit(len(openings), seed)
    rng = np.random.default_rng(seed)
    written = Demonstration(
        name="a",
        frame_names=tuple(map(str, range(len(openings)))),
        directions=directions,
        gripper=np.array(openings, dtype=np.float32),
        load_image=images.__getitem__,
        rotations_rad=rng.normal(size=(len(openings), 3)).astype(np.float32),
        lengths=rng.random(len(openings), dtype=np.float32),
        times_s=np.cumsum(rng.random(len(openings)) + 0.01),
    )
    VinnDatasetWriter(root, OPENING).write(written, "a video")
    (read,) = open_dataset(root).demonstrations
    for name in ("directions", "gripper", "rotations_rad", "lengths", "times_s"):
        np.testing.assert_array_equal(getattr(read, name), getattr(written, name))
    for index, image in enumerate(images):
        np.testing.assert_array_equal(read.load_image(index), image)


def test_push_layout_round_trip(tmp_path: Path) -> None:
    info = DatasetInfo(layout="push", gripper=GripperLabels(meaning="constant"), crop=CropBox(0, 0, 5, 5, 16, 12))
    directions = _unit(2)
    folder = _write(VinnDatasetWriter(tmp_path, info), "a", _images(2), directions, np.zeros(2))
    labels = json.loads((folder / "labels.json").read_text())
    np.testing.assert_allclose(labels["000000.png"][0], directions[0][[0, 2, 1]] * [1, 1, -1], atol=1e-7)
    np.testing.assert_allclose(open_dataset(tmp_path).demonstrations[0].directions, directions, atol=1e-7)
    assert VinnDatasetWriter(tmp_path).info == info


@pytest.mark.parametrize(
    ("name", "frames", "gripper", "words"),
    [
        ("a", 2, [0.5, 0.0], "falls on none of the 4 classes"),
        ("a", 2, [0.0], "gripper has shape"),
        ("a", 2, [0.0, 1.2], "outside"),
        ("a", 0, [], "no frames"),
        ("../a", 2, [0, 0], "plain folder name"),
        (".a", 2, [0, 0], "plain folder name"),
    ],
)
def test_refused_demonstrations_leave_nothing_behind(
    tmp_path: Path, name: str, frames: int, gripper: list[float], words: str
) -> None:
    writer = VinnDatasetWriter(tmp_path)
    with pytest.raises(InvalidInput, match=words):
        _write(writer, name, _images(frames), _unit(frames), np.array(gripper))
    assert [path.name for path in tmp_path.iterdir()] == ["dataset.json"]


def test_a_bad_image_in_the_middle_leaves_nothing_behind(tmp_path: Path) -> None:
    images = _images(3)
    images[1] = images[1].astype(np.float32)
    with pytest.raises(InvalidInput, match="float32"):
        _write(VinnDatasetWriter(tmp_path), "a", images, _unit(3), np.zeros(3))
    assert [path.name for path in tmp_path.iterdir()] == ["dataset.json"]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    _write(VinnDatasetWriter(tmp_path), "a", _images(1), _unit(1), np.zeros(1))
    with pytest.raises(InvalidInput, match="exists already"):
        _write(VinnDatasetWriter(tmp_path), "a", _images(1), _unit(1), np.zeros(1))
    with pytest.raises(InvalidInput, match="record into another folder"):
        VinnDatasetWriter(tmp_path, OPENING)


def test_killed_recording_loses_only_the_unfinished_demonstration(tmp_path: Path) -> None:
    script = textwrap.dedent(
        """
        import os, signal, sys
        import numpy as np
        from vinn_training.contracts import Demonstration
        from vinn_training.demonstrations.vinn_writer import VinnDatasetWriter

        class Images(list):
            def __getitem__(self, index):
                if index == 2:
                    os.kill(os.getpid(), signal.SIGKILL)
                return super().__getitem__(index)

        images = [np.zeros((8, 8, 3), dtype=np.uint8)] * 4
        writer = VinnDatasetWriter(sys.argv[1])
        for name, read in (("whole", images), ("cut", Images(images))):
            writer.write(Demonstration.from_images(name, read, np.tile([0, 0, 1.0], (4, 1)), np.zeros(4)))
        """
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], env=environment, check=False)
    assert done.returncode == -signal.SIGKILL
    assert any(path.name.endswith(".partial") for path in tmp_path.iterdir())
    (kept,) = open_dataset(tmp_path).demonstrations
    assert (kept.name, len(kept)) == ("whole", 4)
    _write(VinnDatasetWriter(tmp_path), "cut", _images(2), _unit(2), np.zeros(2))
    assert [item.name for item in open_dataset(tmp_path).demonstrations] == ["cut", "whole"]


@pytest.mark.parametrize("known", [True, False])
def test_rotations_that_are_not_known_stay_so(tmp_path: Path, known: bool) -> None:
    rotations = np.zeros((2, 3), dtype=np.float32) if known else None
    demonstration = Demonstration(
        "a", ("0", "1"), np.zeros((2, 3)), np.zeros(2), _images(2).__getitem__, rotations_rad=rotations
    )
    VinnDatasetWriter(tmp_path).write(demonstration)
    (read,) = open_dataset(tmp_path).demonstrations
    assert (read.rotations_rad is not None) == known
