from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.conversion import ImageSize
from vinn_training.demonstrations.convert import convert_to_vinn, counting
from vinn_training.demonstrations.convert_lerobot import FALLBACK_FPS, convert_to_lerobot, known_rate_hz
from vinn_training.demonstrations.dataset import Dataset
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.exceptions import InvalidDemonstration, InvalidInput
from vinn_training.preprocessing import CropBox

pytest.importorskip("av")
pytest.importorskip("pyarrow")

CROP = CropBox(8, 4, 56, 40, image_width=64, image_height=48)


@pytest.fixture
def dataset(tmp_path: Path, views) -> Dataset:
    rng = np.random.default_rng(0)
    episodes = []
    for index, name in enumerate(("a", "b", "c")):
        directions = rng.normal(size=(6, 3))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        demonstration = Demonstration.from_images(name, views(index, 6), directions, rng.integers(0, 4, 6) / 3)
        episodes.append(replace(demonstration, times_s=np.arange(6) * 0.1 + index, lengths=rng.uniform(size=6)))
    (tmp_path / "source").mkdir()
    return Dataset(tmp_path / "source", "robomimic", tuple(episodes), crop=CROP, meaning={"length_unit": "m"})


def _broken(dataset: Dataset, name: str) -> Dataset:
    def fail(index: int) -> np.ndarray:
        raise InvalidDemonstration(f"{name}, frame {index}: video is cut off")

    return replace(
        dataset,
        demonstrations=tuple(
            replace(item, load_image=fail) if item.name == name else item for item in dataset.demonstrations
        ),
    )


def test_there_and_back_again(dataset: Dataset, tmp_path: Path) -> None:
    done = convert_to_lerobot(dataset, tmp_path / "lerobot")
    assert {item.state for item in done.episodes} == {"written"}
    assert (done.fps, done.fps_known) == (10.0, True)
    lerobot = open_dataset(tmp_path / "lerobot")
    assert (lerobot.format, lerobot.crop) == ("lerobot", CROP)
    list(convert_to_vinn(lerobot, tmp_path / "vinn"))
    back = open_dataset(tmp_path / "vinn")
    assert back.crop == CROP
    assert back.meaning["gripper"]["meaning"] == "class"
    assert back.meaning["length_unit"] == "m"
    errors = []
    for original, item in zip(dataset.demonstrations, back.demonstrations, strict=True):
        assert item.name == original.name
        for name in ("directions", "gripper", "lengths", "times_s"):
            np.testing.assert_array_equal(getattr(item, name), getattr(original, name), err_msg=name)
        assert item.rotations_rad is None
        pairs = [(original.load_image(i).astype(int), item.load_image(i).astype(int)) for i in range(6)]
        errors += [np.abs(first - second).mean() for first, second in pairs]
    assert done.video_error == pytest.approx(np.mean(errors), abs=1e-6)
    assert done.video_error < 8.0


def test_a_second_run_keeps_what_is_there(dataset: Dataset, tmp_path: Path) -> None:
    convert_to_lerobot(dataset, tmp_path / "copy")
    again = convert_to_lerobot(dataset, tmp_path / "copy")
    assert {item.state for item in again.episodes} == {"kept"}
    fewer = replace(dataset, demonstrations=dataset.demonstrations[:2])
    with pytest.raises(InvalidInput, match="exists already"):
        convert_to_lerobot(fewer, tmp_path / "copy")


def test_episodes_that_cannot_be_read_are_left_out(dataset: Dataset, tmp_path: Path) -> None:
    done = convert_to_lerobot(replace(_broken(dataset, "b"), rejected={"z": "no actions"}), tmp_path / "copy")
    assert [(item.name, item.state) for item in done.episodes] == [
        ("z", "failed"), ("b", "failed"), ("a", "written"), ("c", "written"),
    ]  # fmt: skip
    assert done.episodes[1].reason == "b, frame 0: video is cut off"
    assert [item.name for item in open_dataset(tmp_path / "copy").demonstrations] == ["a", "c"]


def test_nothing_is_left_where_no_episode_can_be_read(dataset: Dataset, tmp_path: Path) -> None:
    one = replace(dataset, demonstrations=dataset.demonstrations[:1])
    done = convert_to_lerobot(_broken(one, "a"), tmp_path / "copy")
    assert [item.state for item in done.episodes] == ["failed"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["source"]


def test_images_of_another_size_need_one(dataset: Dataset, tmp_path: Path, views) -> None:
    small = [image[:40, :40] for image in views(5, 6)]
    odd = replace(dataset.demonstrations[1], load_image=small.__getitem__)
    first, _, third = dataset.demonstrations
    mixed = replace(dataset, demonstrations=(first, odd, third), crop=None)
    done = convert_to_lerobot(mixed, tmp_path / "one")
    (failed,) = [item for item in done.episodes if item.state == "failed"]
    assert failed.name == "b"
    assert "is 40x40, the first was 64x48; expected one size: give one with --size" in failed.reason
    done = convert_to_lerobot(mixed, tmp_path / "two", size=ImageSize(32, 32))
    assert {item.state for item in done.episodes} == {"written"}


def test_a_rate_that_nobody_knows_is_assumed(dataset: Dataset, tmp_path: Path) -> None:
    timeless = tuple(replace(item, times_s=None) for item in dataset.demonstrations)
    unknown = replace(dataset, demonstrations=timeless)
    assert known_rate_hz(unknown) is None
    done = convert_to_lerobot(unknown, tmp_path / "copy")
    assert (done.fps, done.fps_known) == (FALLBACK_FPS, False)
    assert convert_to_lerobot(unknown, tmp_path / "asked", fps=3.0)[1:3] == (3.0, True)


def test_a_mistake_of_the_user_stays_one_and_costs_no_reading(dataset: Dataset, tmp_path: Path) -> None:
    loaded: list[int] = []
    first = counting(dataset.demonstrations[0], loaded.append)
    with pytest.raises(InvalidInput, match="fps"):
        convert_to_lerobot(replace(dataset, demonstrations=(first,)), tmp_path / "copy", fps=-3.0)
    assert not loaded
