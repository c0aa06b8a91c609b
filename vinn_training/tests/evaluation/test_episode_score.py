import numpy as np
import pytest

from vinn_training.contracts import Demonstration
from vinn_training.evaluation.episode_score import score_episode


def test_sums_counts_and_rows() -> None:
    directions = np.array([[1.0, 0, 0], [0, 1.0, 0], [0, 0, 0]], dtype=np.float32)
    images = [np.zeros((4, 4, 3), dtype=np.uint8)] * 3
    demonstration = Demonstration.from_images("d", images, directions, np.array([1.0, 0.0, 0.0]))
    predicted = np.array([[1.0, 0, 0], [0, 0, 1.0], [0, 0, 0]])
    score = score_episode("door", "vinn", 3, demonstration, predicted, np.array([1.0, 1.0, 0.1]))

    assert (score.frames, score.angle_frames, score.gripper_right) == (3, 2, 2)
    assert score.squared_sum == pytest.approx(2 / 3)
    assert score.mse == pytest.approx(2 / 9)
    row = score.to_row()
    assert row["angle_deg"] == pytest.approx(45)
    assert (row["events"], row["events_found"], row["event_late_frames"]) == (1, 1, 1.0)
    assert row["gripper_accuracy"] == pytest.approx(2 / 3)


def test_an_episode_at_rest_has_no_angle_and_no_event() -> None:
    images = [np.zeros((4, 4, 3), dtype=np.uint8)]
    demonstration = Demonstration.from_images("d", images, np.zeros((1, 3)), np.array([1.0]))
    row = score_episode("t", "m", 0, demonstration, np.zeros((1, 3)), np.ones(1)).to_row()
    assert row["angle_deg"] is None
    assert row["event_late_frames"] is None
