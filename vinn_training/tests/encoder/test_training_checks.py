from pathlib import Path

import numpy as np
import pytest

from vinn_training.exceptions import InvalidInput

pytest.importorskip("torch")
pytest.importorskip("lightly")

from vinn_training.encoder.action_error import ActionProbe
from vinn_training.encoder.training_checks import (
    check_frames,
    check_probe,
    disk_errors,
    frames_per_step,
    setting_differences,
)
from vinn_training.encoder.training_config import TrainingConfig


def _frames(count: int = 4) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, 8, 8, 3), dtype=np.uint8)


def test_bad_frames_are_refused() -> None:
    check_frames(_frames(), 8)
    for frames in (_frames(1), _frames()[:, :4], _frames().astype(np.float32)):
        with pytest.raises(InvalidInput, match="frames are"):
            check_frames(frames, 8)
    with pytest.raises(InvalidInput, match=r"all 5 frames are the same picture.*collapsed"):
        check_frames(np.repeat(_frames(1), 5, axis=0), 8)


def test_a_probe_of_other_frames_is_refused() -> None:
    labels = np.zeros((4, 3), dtype=np.float32)
    check_probe(ActionProbe(labels, _frames(2), labels[:2]), _frames())
    with pytest.raises(InvalidInput, match=r"4 frames .* 3 labels"):
        check_probe(ActionProbe(labels[:3], _frames(2), labels[:2]), _frames())


@pytest.mark.parametrize(
    ("frames", "batch", "parts", "processes", "used"),
    [(100, 20, 1, 1, 20), (7, 20, 1, 1, 7), (7, 20, 1, 2, 6), (15, 20, 2, 2, 12), (100, 20, 5, 2, 20)],
)
def test_a_step_takes_the_batch_or_what_there_is(
    frames: int, batch: int, parts: int, processes: int, used: int
) -> None:
    assert frames_per_step(frames, TrainingConfig(batch_size=batch, accumulation=parts), processes) == used


def test_a_batch_that_cannot_be_divided_is_refused_with_one_that_can() -> None:
    with pytest.raises(InvalidInput, match=r"multiple of 4.*--batch-size 20"):
        frames_per_step(100, TrainingConfig(batch_size=21, accumulation=2), 2)
    with pytest.raises(InvalidInput, match="--batch-size 12"):
        frames_per_step(100, TrainingConfig(batch_size=6), 6)
    with pytest.raises(InvalidInput, match="3 frames for 2 process"):
        frames_per_step(3, TrainingConfig(batch_size=20), 2)


def test_differences_name_the_setting() -> None:
    saved = {"training": {"seed": 0, "byol": {"momentum": 0.9}}, "frames": 5}
    now = {"training": {"seed": 1, "byol": {"momentum": 0.9}}, "frames": 5, "new": 2}
    assert setting_differences(saved, now) == [
        "new None, but this run has 2",
        "training.seed 0, but this run has 1",
    ]
    assert setting_differences(saved, saved) == []


def test_a_full_disk_is_a_message(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"No space left.*make room"), disk_errors(tmp_path):
        raise OSError(28, "No space left on device")
