from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.dataset_info import DatasetInfo
from vinn_training.demonstrations.vinn_writer import VinnDatasetWriter
from vinn_training.evaluation.mount_check.demonstrated_step import demonstrated_step
from vinn_training.exceptions import InvalidDemonstration


def write(folder: Path, info: DatasetInfo, lengths: list[float] | None) -> Path:
    """Write one demonstration whose last frame is at rest."""
    images = np.zeros((4, 8, 8, 3), np.uint8)
    directions = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 0]], dtype=float)
    demonstration = Demonstration.from_images("a", images, directions, np.ones(4))
    if lengths is not None:
        demonstration = replace(demonstration, lengths=np.array(lengths, np.float32))
    VinnDatasetWriter(folder, info).write(demonstration)
    return folder


def test_is_the_median_of_the_steps_that_move(tmp_path: Path) -> None:
    step = demonstrated_step(write(tmp_path / "d", DatasetInfo(length_unit="m"), [0.02, 0.03, 0.07, 0.0]))

    assert step.length_m == pytest.approx(0.03)
    assert "30.0 mm of 3 in 1 demonstrations" in step.text


def test_lengths_that_are_not_metres_or_not_there_are_not_used(tmp_path: Path) -> None:
    arbitrary = demonstrated_step(write(tmp_path / "a", DatasetInfo(length_unit="arbitrary"), [2.0, 3.0, 7.0, 0.0]))
    none = demonstrated_step(write(tmp_path / "n", DatasetInfo(length_unit="m"), None))

    assert arbitrary.length_m is None
    assert "arbitrary" in arbitrary.text
    assert none.length_m is None
    assert "no step lengths" in none.text


def test_what_is_no_data_set_is_a_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(InvalidDemonstration, match="no such file"):
        demonstrated_step(tmp_path / "missing")
