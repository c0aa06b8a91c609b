from pathlib import Path

import numpy as np
import pytest

from vinn_training.exceptions import InvalidDemonstration
from vinn_training.policy.learned.implicit_bc_sequence import SequenceConfig, SequenceImplicitBc
from vinn_training.policy.learned.robomimic_sequences import CAMERAS, read_sequences

h5py = pytest.importorskip("h5py")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two episodes as robomimic writes them, number 10 after number 2."""
    random = np.random.default_rng(0)
    path = tmp_path / "image.hdf5"
    with h5py.File(path, "w") as stream:
        for number, frames in ((10, 5), (2, 6)):
            group = stream.create_group(f"data/demo_{number}")
            group["actions"] = random.uniform(-1, 1, (frames, 7))
            for camera in CAMERAS:
                group[f"obs/{camera}"] = random.integers(0, 256, (frames, 20, 20, 3), dtype=np.uint8)
            for name, size in (("robot0_eef_pos", 3), ("robot0_eef_quat", 4), ("robot0_gripper_qpos", 2)):
                group[f"obs/{name}"] = random.normal(size=(frames, size))
    return path


def test_cameras_numbers_and_actions_are_read_as_they_are(file: Path) -> None:
    episodes = read_sequences(file)
    assert [(item.name, len(item)) for item in episodes] == [("demo_2", 6), ("demo_10", 5)]
    with h5py.File(file, "r") as stream:
        group = stream["data/demo_2"]
        np.testing.assert_allclose(episodes[0].actions, group["actions"][()], atol=1e-6)
        np.testing.assert_allclose(episodes[0].states[:, 3:7], group["obs/robot0_eef_quat"][()], atol=1e-6)
        np.testing.assert_array_equal(episodes[0].images[CAMERAS[1]], group[f"obs/{CAMERAS[1]}"][()])
    assert episodes[0].states.shape == (6, 9)


def test_the_sequence_form_learns_from_them(file: Path) -> None:
    episodes = read_sequences(file)
    policy = SequenceImplicitBc(SequenceConfig(epochs=1, negatives=3, width=8, device="cpu"), seed=0)
    policy.fit(episodes)
    actions = policy.predict({name: images[:2] for name, images in episodes[0].images.items()}, episodes[0].states[:2])
    assert actions.shape == (8, 7)


def test_bad_files_are_one_sentence_with_the_file(file: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidDemonstration, match="demo_2 has no obs/side_image; found in obs"):
        read_sequences(file, cameras=("side_image",))
    with pytest.raises(InvalidDemonstration, match=r"expected \(T, H, W, 3\) uint8"):
        read_sequences(file, cameras=("robot0_eef_pos",))
    broken = tmp_path / "broken.hdf5"
    broken.write_bytes(file.read_bytes()[:100])
    with pytest.raises(InvalidDemonstration, match="not a readable HDF5 file"):
        read_sequences(broken)
