from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("av")

from vinn_training.exceptions import CollectionError

from .collecting import FakeStages, collect


def test_unknown_openings_are_taken_from_the_nearest_frame(video: Path) -> None:
    def label(images: Any) -> np.ndarray:
        openings = np.full(len(images), np.nan, np.float32)
        openings[[1, 8]] = 0.25, 0.75
        return openings

    collected, quality = collect(video, FakeStages(), labeller=label)
    np.testing.assert_allclose(collected.demonstration.gripper, [0.25] * 5 + [0.75] * 4)
    assert quality.gripper == {"source": "label", "unknown_frames": 8}


def test_a_labeller_may_see_more_frames_than_are_chosen(video: Path) -> None:
    seen: list[int] = []

    def label(images: Any) -> np.ndarray:
        seen.append(len(images))
        return np.linspace(0.0, 0.95, len(images), dtype=np.float32)

    collected, quality = collect(video, FakeStages(), labeller=label, labeller_rate_hz=10.0)
    assert seen == [20]
    times_s = np.array(collected.demonstration.times_s)
    np.testing.assert_allclose(collected.demonstration.gripper, times_s / 2, atol=1e-3)
    assert quality.gripper["unknown_frames"] == 0


def test_a_gripper_that_cannot_be_labelled_is_not_taken_as_open(video: Path) -> None:
    def fail(images: Any) -> np.ndarray:
        raise CollectionError("no finger is in view")

    with pytest.raises(CollectionError, match=r"no finger is in view\. Label it"):
        collect(video, FakeStages(), labeller=fail)


def test_without_labeller_the_gripper_is_open_and_the_report_warns(video: Path) -> None:
    collected, quality = collect(video, FakeStages())
    assert (collected.demonstration.gripper == 1.0).all()
    assert any("cannot learn to grasp" in note for note in quality.notes)
