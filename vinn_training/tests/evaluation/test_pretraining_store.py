from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("mujoco")

from vinn_training.evaluation import pretraining_store
from vinn_training.evaluation.pretraining_store import draw_scenes, load_scenes
from vinn_training.exceptions import InvalidInput


def test_scenes_are_drawn_by_workers_and_none_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(draw_scenes(tmp_path, 2, 2, 16, 1)) == [0, 1, 2]
    first = load_scenes(tmp_path, 2, 2, 16)
    assert [scene.images.shape for scene in first] == [(2, 16, 16, 3)] * 2
    assert not np.array_equal(first[0].images, first[1].images)
    monkeypatch.setattr(pretraining_store, "ProcessPoolExecutor", None)  # nothing is left to draw
    assert list(draw_scenes(tmp_path, 2, 2, 16, 1)) == [2]


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "scene_00000_2x16.npz").write_bytes(b"cut")
    with pytest.raises(InvalidInput, match=r"scene_00000_2x16.npz: cannot be read"):
        load_scenes(tmp_path, 1, 2, 16)
    with pytest.raises(InvalidInput, match="expected one or more of each"):
        next(iter(draw_scenes(tmp_path, 0, 2, 16, 1)))
