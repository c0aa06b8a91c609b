from pathlib import Path

import numpy as np
import pytest

from vinn_training.collection.path_plot import write_path_plot
from vinn_training.demonstrations.images import read_image
from vinn_training.exceptions import InvalidInput

pytest.importorskip("matplotlib")


def _write(path: Path, centers: np.ndarray, **marks: list[int]) -> np.ndarray:
    turns = np.tile(np.eye(3), (len(centers), 1, 1))
    turns[~np.isfinite(centers[:, 0])] = np.nan
    write_path_plot(path, centers, turns, {key: np.array(value, dtype=np.intp) for key, value in marks.items()}, "demo")
    return read_image(path)


def test_a_path_with_gaps_is_drawn(tmp_path: Path) -> None:
    centers = np.stack([np.zeros(9), np.zeros(9), np.arange(9.0)], axis=1)
    centers[4] = np.nan
    plain = _write(tmp_path / "a.png", centers)
    marked = _write(tmp_path / "b.png", centers, dropped=[4, 5])
    assert plain.shape == (500, 1000, 3)
    assert (plain < 200).any()
    red = (marked[..., 0].astype(int) - marked[..., 1] > 120) & (marked[..., 2] < 80)
    assert red.sum() > (plain[..., 0].astype(int) - plain[..., 1] > 120).sum()


def test_a_path_that_stands_still_is_drawn(tmp_path: Path) -> None:
    assert _write(tmp_path / "a.png", np.zeros((3, 3))).any()


def test_no_pose_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no frame has a pose"):
        _write(tmp_path / "a.png", np.full((3, 3), np.nan))
