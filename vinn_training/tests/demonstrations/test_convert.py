from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.conversion import ImageSize
from vinn_training.demonstrations.convert import EpisodeResult, convert_to_vinn
from vinn_training.demonstrations.dataset import Dataset
from vinn_training.demonstrations.demonstration_info import read_demonstration_info
from vinn_training.demonstrations.reader import open_dataset, open_usable
from vinn_training.exceptions import InvalidDemonstration, InvalidInput
from vinn_training.preprocessing import CropBox

CROP = CropBox(8, 4, 56, 40, image_width=64, image_height=48)


@pytest.fixture
def dataset(tmp_path: Path, views) -> Dataset:
    """Two episodes with everything that a demonstration can have, and one without."""
    rng = np.random.default_rng(0)
    episodes = []
    for index, name in enumerate(("a", "b", "plain")):
        directions = rng.normal(size=(6, 3))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        directions[4] = 0.0
        demonstration = Demonstration.from_images(name, views(index, 6), directions, rng.uniform(size=6))
        if name != "plain":
            demonstration = replace(
                demonstration,
                rotations_rad=rng.normal(size=(6, 3)),
                lengths=rng.uniform(size=6),
                times_s=np.cumsum(rng.uniform(0.1, 0.2, 6)),
            )
        episodes.append(demonstration)
    (tmp_path / "source").mkdir()
    return Dataset(
        tmp_path / "source", "robomimic", tuple(episodes), crop=CROP, source="lab", meaning={"length_unit": "m"}
    )


def _run(dataset: Dataset, output: Path, **options) -> list[EpisodeResult]:
    return list(convert_to_vinn(dataset, output, **options))


def test_everything_is_kept(dataset: Dataset, tmp_path: Path) -> None:
    results = _run(dataset, tmp_path / "copy")
    assert [item.state for item in results] == ["written"] * 3
    copy = open_dataset(tmp_path / "copy")
    assert copy.crop == CROP
    for original, written in zip(dataset.demonstrations, copy.demonstrations, strict=True):
        assert written.name == original.name
        for name in ("directions", "gripper", "rotations_rad", "lengths", "times_s"):
            expected, found = getattr(original, name), getattr(written, name)
            assert (found is None) == (expected is None), name
            if expected is not None:
                np.testing.assert_allclose(found, expected, atol=1e-7, err_msg=name)
        for index in range(6):
            np.testing.assert_array_equal(written.load_image(index), original.load_image(index))
    info = read_demonstration_info(tmp_path / "copy" / "a")
    assert info.source == "lab; converted from robomimic data source, episode a"


def test_copies_of_copies_keep_everything_and_the_chain(dataset: Dataset, tmp_path: Path) -> None:
    _run(dataset, tmp_path / "one")
    _run(open_dataset(tmp_path / "one"), tmp_path / "two")
    for name in ("a", "plain"):
        first, second = (tmp_path / root / name for root in ("one", "two"))
        assert (first / "labels.json").read_bytes() == (second / "labels.json").read_bytes()
    chain = read_demonstration_info(tmp_path / "two" / "a").source
    assert chain.startswith("lab; converted from robomimic data source, episode a; converted from vinn data one")


def test_a_second_run_goes_on(dataset: Dataset, tmp_path: Path) -> None:
    first, rest = dataset.demonstrations[:1], dataset.demonstrations
    _run(replace(dataset, demonstrations=first), tmp_path / "copy")
    before = (tmp_path / "copy" / "a" / "demonstration.json").stat().st_mtime_ns
    results = _run(replace(dataset, demonstrations=rest), tmp_path / "copy")
    assert [item.state for item in results] == ["kept", "written", "written"]
    assert (tmp_path / "copy" / "a" / "demonstration.json").stat().st_mtime_ns == before


def test_another_demonstration_of_the_same_name_is_no_success(dataset: Dataset, tmp_path: Path) -> None:
    _run(dataset, tmp_path / "copy", size=ImageSize(32, 32))
    results = _run(replace(dataset, crop=None), tmp_path / "copy", size=ImageSize(40, 40))
    assert {item.state for item in results} == {"failed"}
    assert "another demonstration of this name is there" in results[0].reason


def test_with_a_size_the_crop_is_applied(dataset: Dataset, tmp_path: Path) -> None:
    _run(dataset, tmp_path / "copy", size=ImageSize(48, 36))
    copy = open_dataset(tmp_path / "copy")
    assert copy.crop is None
    expected = dataset.demonstrations[0].load_image(2)[4:40, 8:56]
    np.testing.assert_array_equal(copy.demonstrations[0].load_image(2), expected)


def test_loss_of_images_is_measured(dataset: Dataset, tmp_path: Path) -> None:
    results = _run(dataset, tmp_path / "copy", image_suffix=".jpg")
    copy = open_dataset(tmp_path / "copy")
    for result, original, written in zip(results, dataset.demonstrations, copy.demonstrations, strict=True):
        pairs = [(original.load_image(i).astype(float), written.load_image(i).astype(float)) for i in range(6)]
        assert result.image_error == pytest.approx(np.mean([np.abs(a - b).mean() for a, b in pairs]))
        assert 0.0 < result.image_error < 5.0
    assert _run(dataset, tmp_path / "png")[0].image_error is None


def test_one_bad_episode_leaves_the_others(dataset: Dataset, tmp_path: Path) -> None:
    def load_image(index: int) -> np.ndarray:
        if index == 3:
            raise InvalidDemonstration("frame 3: video is cut off")
        return dataset.demonstrations[1].load_image(index)

    first, second, third = dataset.demonstrations
    broken = replace(second, load_image=load_image)
    bad = replace(dataset, demonstrations=(first, broken, third), rejected={"z": "no actions"})
    results = {item.name: item for item in _run(bad, tmp_path / "copy")}
    assert {name: item.state for name, item in results.items()} == {
        "z": "failed", "a": "written", "b": "failed", "plain": "written",
    }  # fmt: skip
    assert (results["z"].reason, results["b"].reason) == ("no actions", "frame 3: video is cut off")
    assert sorted(path.name for path in (tmp_path / "copy").iterdir()) == ["a", "dataset.json", "plain"]


def test_an_interrupted_conversion_leaves_whole_demonstrations(dataset: Dataset, tmp_path: Path) -> None:
    def load_image(index: int) -> np.ndarray:
        if index == 3:
            raise KeyboardInterrupt
        return dataset.demonstrations[1].load_image(index)

    first, second, _ = dataset.demonstrations
    with pytest.raises(KeyboardInterrupt):
        _run(replace(dataset, demonstrations=(first, replace(second, load_image=load_image))), tmp_path / "copy")
    assert sorted(path.name for path in (tmp_path / "copy").iterdir()) == ["a", "dataset.json"]
    assert [item.state for item in _run(dataset, tmp_path / "copy")] == ["kept", "written", "written"]


def test_progress_counts_frames(dataset: Dataset, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    _run(dataset, tmp_path / "copy", progress=lambda done, total, text: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1] == (18, 18)


def test_folders_that_must_not_be_written_into(dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="is the data set that is to be converted"):
        _run(dataset, dataset.root / "copy")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.tex").touch()
    with pytest.raises(InvalidInput, match="holds other files"):
        _run(dataset, tmp_path / "other")
    with pytest.raises(InvalidInput, match="is a file"):
        _run(dataset, tmp_path / "other" / "thesis.tex")


def test_data_that_cannot_be_read_is_not_lost_sight_of(dataset: Dataset, tmp_path: Path) -> None:
    _run(dataset, tmp_path / "one")
    (tmp_path / "one" / "b" / "labels.json").write_text("{")
    results = _run(open_usable(tmp_path / "one"), tmp_path / "two")
    assert [(item.name, item.state) for item in results] == [("b", "failed"), ("a", "written"), ("plain", "written")]
