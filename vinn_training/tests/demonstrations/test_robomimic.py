import json
import os
import re
import threading
from pathlib import Path

import numpy as np
import pytest

from vinn_training.demonstrations import robomimic
from vinn_training.demonstrations.dataset import ReaderOptions
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.exceptions import InvalidDemonstration

h5py = pytest.importorskip("h5py")

COUNT = 12
MODEL = """<mujoco><worldbody><body name="robot0_right_hand">
<camera name="robot0_eye_in_hand" quat="0 0.707108 0.707108 0"/></body></worldbody></mujoco>"""
ENV = {
    "env_name": "Lift",
    "env_version": "1.4.1",
    "type": 1,
    "env_kwargs": {
        "robots": ["Panda"],
        "control_freq": 20,
        "controller_configs": {
            "type": "OSC_POSE",
            "input_max": 1,
            "input_min": -1,
            "output_max": [0.05, 0.05, 0.05, 0.5, 0.5, 0.5],
            "output_min": [-0.05, -0.05, -0.05, -0.5, -0.5, -0.5],
        },
    },
}


def _images(number: int, count: int = COUNT) -> np.ndarray:
    return np.random.default_rng(number).integers(0, 256, (count, 24, 32, 3), dtype=np.uint8)


def _episode(number: int, count: int = COUNT) -> dict[str, np.ndarray]:
    """The hand points down, and moves where the actions say."""
    actions = np.random.default_rng(100 + number).uniform(-1, 1, size=(count, 7))
    actions[:, 6] = np.where(np.arange(count) < count // 2, -1, 1)
    return {
        "actions": actions,
        "obs/robot0_eye_in_hand_image": _images(number, count),
        "obs/agentview_image": _images(50 + number, count),
        "obs/robot0_eef_quat": np.tile([1.0, 0, 0, 0], (count, 1)),
        "obs/robot0_eef_pos": np.cumsum(0.03 * np.roll(actions[:, :3], 1, axis=0), axis=0),
        "obs/object": np.zeros((count, 10)),
    }


def _write(path: Path, episodes: dict[str, dict], env: object = ENV, model: str | None = MODEL) -> Path:
    with h5py.File(path, "w") as file:
        data = file.create_group("data")
        data.attrs["env_args"] = json.dumps(env)
        data.attrs["total"] = sum(len(episode["actions"]) for episode in episodes.values())
        for name, episode in episodes.items():
            group = data.create_group(name)
            group.attrs["num_samples"] = len(episode["actions"])
            if model is not None:
                group.attrs["model_file"] = model
            for key, values in episode.items():
                options = {"compression": "gzip"} if values.ndim == 4 else {}
                group.create_dataset(key, data=values, **options)
        file.create_dataset("mask/train", data=np.array([b"demo_0", b"demo_10"]))
        file.create_dataset("mask/valid", data=np.array([b"demo_2"]))
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return _write(tmp_path / "image.hdf5", {f"demo_{number}": _episode(number) for number in (0, 10, 2)})


def test_labels_and_images(path: Path) -> None:
    dataset = open_dataset(path)
    assert dataset.format == "robomimic"
    assert [item.name for item in dataset.demonstrations] == ["demo_0", "demo_2", "demo_10"]
    for item, number in zip(dataset.demonstrations, (0, 2, 10), strict=True):
        actions = _episode(number)["actions"]
        # Pointing down: the camera's right is -y, its down -x, its forward -z.
        wanted = -actions[:, [1, 0, 2]]
        norms = np.linalg.norm(wanted, axis=1)
        np.testing.assert_allclose(item.directions, wanted / norms[:, None], atol=1e-5)
        np.testing.assert_allclose(item.lengths, 0.05 * norms, atol=1e-6)
        np.testing.assert_allclose(item.rotations_rad, -0.5 * actions[:, [4, 3, 5]], atol=1e-5)
        np.testing.assert_array_equal(item.gripper, [1.0] * 6 + [0.0] * 6)
        np.testing.assert_allclose(item.times_s, np.arange(COUNT) / 20)
        for index in (0, 11, 5):
            np.testing.assert_array_equal(item.load_image(index), _images(number)[index])
    json.dumps(dataset.meaning)
    assert dataset.meaning["splits"] == {"train": ["demo_0", "demo_10"], "valid": ["demo_2"]}
    assert dataset.meaning["action_agreement"] > 0.9


def test_longer_horizons_add_motions_up(path: Path) -> None:
    (item, *_) = robomimic.read(path, ReaderOptions(horizon=3)).demonstrations
    actions = _episode(0)["actions"]
    assert len(item) == COUNT - 2
    wanted = -(actions[:-2] + actions[1:-1] + actions[2:])[:, [1, 0, 2]]
    np.testing.assert_allclose(item.lengths, 0.05 * np.linalg.norm(wanted, axis=1), atol=1e-6)
    np.testing.assert_array_equal(item.gripper, [1.0] * 4 + [0.0] * 6)


def test_a_folder_with_one_file_will_do_but_not_with_two(path: Path) -> None:
    assert len(open_dataset(path.parent).demonstrations) == 3
    (path.parent / "b.hdf5").write_bytes(path.read_bytes())
    with pytest.raises(InvalidDemonstration, match=r"several files; name one of: .*b\.hdf5, .*image\.hdf5"):
        open_dataset(path.parent)


def test_cameras_are_named(path: Path, tmp_path: Path) -> None:
    cameras = "agentview_image, robot0_eye_in_hand_image"
    with pytest.raises(InvalidDemonstration, match=f"no camera 'wrist'; found the cameras {cameras}"):
        open_dataset(path, ReaderOptions(camera="wrist"))
    with pytest.raises(InvalidDemonstration, match="camera 'agentview_image' is not on the hand"):
        open_dataset(path, ReaderOptions(camera="agentview"))
    assert open_dataset(path, ReaderOptions(camera="robot0_eye_in_hand")).meaning["camera"] == robomimic.HAND_CAMERA
    blind = {key: value for key, value in _episode(0).items() if not key.endswith("_image")}
    with pytest.raises(InvalidDemonstration, match=r"found no images .* dataset_states_to_obs"):
        open_dataset(_write(tmp_path / "low_dim.hdf5", {"demo_0": blind}))
    fixed = {key: value for key, value in _episode(0).items() if "eye_in_hand" not in key}
    with pytest.raises(InvalidDemonstration, match="no camera 'robot0_eye_in_hand_image'; found the cameras agentview"):
        open_dataset(_write(tmp_path / "fixed.hdf5", {"demo_0": fixed}))


def test_bad_episodes_are_set_aside_with_their_reasons(tmp_path: Path) -> None:
    def changed(**changes: np.ndarray | None) -> dict[str, np.ndarray]:
        episode = {**_episode(1), **{key.replace("__", "/"): value for key, value in changes.items()}}
        return {key: value for key, value in episode.items() if value is not None}

    actions = _episode(1)["actions"]
    bad = np.where(np.arange(COUNT)[:, None] == 3, np.nan, actions)
    cases = {
        "demo_1": (changed(actions=3 * actions), r"expected numbers in \[-1, 1\]"),
        "demo_2": (changed(actions=bad), "actions, frame 3: not a finite number"),
        "demo_3": (changed(actions=actions[:, :6]), r"actions has shape \(12, 6\); expected \(N, 7\)"),
        "demo_4": (changed(obs__robot0_eye_in_hand_image=None), "robot0_eye_in_hand_image has shape None"),
        "demo_5": (changed(obs__robot0_eye_in_hand_image=_images(1)[:9]), "has 9 frames; expected 12"),
        "demo_6": (changed(obs__robot0_eef_quat=None), "has no robot0_eef_quat; found agentview_image"),
        "demo_7": (changed(obs__robot0_eef_quat=np.zeros((COUNT, 4))), "quaternion"),
    }
    episodes = {"demo_0": _episode(0), **{name: episode for name, (episode, _) in cases.items()}}
    path = _write(tmp_path / "image.hdf5", episodes)
    with h5py.File(path, "a") as file:
        file["data"].create_group("demo_8")
        file.copy("data/demo_0", "data/demo_9")
        file["data/demo_9"].attrs["num_samples"] = 99
    dataset = open_dataset(path)
    assert [item.name for item in dataset.demonstrations] == ["demo_0"]
    assert set(dataset.rejected) == {*cases, "demo_8", "demo_9"}
    for name, words in {**{name: words for name, (_, words) in cases.items()},
                        "demo_8": "has no actions", "demo_9": "12 actions; num_samples says 99"}.items():  # fmt: skip
        assert re.search(rf"image\.hdf5: {name}: .*{words}", dataset.rejected[name]), dataset.rejected[name]
    with h5py.File(path, "a") as file:
        del file["data/demo_0"]
    with pytest.raises(InvalidDemonstration, match=r"none of 9 episodes can be used; the first: .*demo_1"):
        open_dataset(path)


def test_actions_in_other_axes_are_refused(tmp_path: Path) -> None:
    episodes = {f"demo_{number}": _episode(number, 40) for number in range(2)}
    for episode in episodes.values():
        episode["obs/robot0_eef_pos"] = episode["obs/robot0_eef_pos"] * [-1, -1, 1]
    with pytest.raises(InvalidDemonstration, match=r"image\.hdf5: the hand does not move where the actions say"):
        open_dataset(_write(tmp_path / "image.hdf5", episodes))


def test_without_a_model_only_the_pandas_mount_is_known(tmp_path: Path, path: Path) -> None:
    bare = open_dataset(_write(tmp_path / "bare.hdf5", {"demo_0": _episode(0)}, model=None))
    np.testing.assert_allclose(
        bare.demonstrations[0].directions, open_dataset(path).demonstrations[0].directions, atol=1e-5
    )
    sawyer = {**ENV, "env_kwargs": {**ENV["env_kwargs"], "robots": ["Sawyer"]}}
    with pytest.raises(InvalidDemonstration, match="mount of the camera on the robot Sawyer is not known"):
        open_dataset(_write(tmp_path / "sawyer.hdf5", {"demo_0": _episode(0)}, sawyer, model=None))


def test_what_is_no_file_of_robomimic_is_named(tmp_path: Path, path: Path) -> None:
    cut = tmp_path / "cut.hdf5"
    cut.write_bytes(path.read_bytes()[:-5000])
    with pytest.raises(InvalidDemonstration, match=r"cut\.hdf5: not a readable HDF5 file \(is it truncated\?\)"):
        open_dataset(cut)
    empty = tmp_path / "empty.hdf5"
    empty.write_bytes(b"")
    with pytest.raises(InvalidDemonstration, match=r"empty\.hdf5: not a readable HDF5 file"):
        open_dataset(empty)
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["x"] = 1
    with pytest.raises(InvalidDemonstration, match=r"other\.h5: has no episodes data/demo_0"):
        open_dataset(tmp_path / "other.h5")
    assert not robomimic.recognises(tmp_path / "x.mp4")


def test_a_file_that_is_cut_while_open_names_the_frame(path: Path) -> None:
    item = open_dataset(path).demonstrations[0]
    os.truncate(path, 4000)
    with pytest.raises(InvalidDemonstration, match=r"image\.hdf5: data/demo_0/obs/robot0_eye_in_hand_image, frame 3"):
        item.load_image(3)


def test_threads_share_one_open_file(path: Path) -> None:
    dataset = open_dataset(path)
    wrong: list[int] = []

    def read(offset: int) -> None:
        for step in range(60):
            item = dataset.demonstrations[(offset + step) % 3]
            index = (7 * step + offset) % COUNT
            if not np.array_equal(item.load_image(index), _images(int(item.name[5:]))[index]):
                wrong.append(index)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    links = [os.path.realpath(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd")]
    assert links.count(str(path)) == 1
