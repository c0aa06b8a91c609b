import numpy as np
import pytest

from vinn_training.evaluation.action_errors import action_errors
from vinn_training.tuning.direction_score import (
    direction_scores,
    no_direction_scores,
    no_step_scores,
    step_scores,
)


def test_known_errors_of_two_regressions() -> None:
    labels = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    answers = np.stack([labels, np.tile([0.0, 0.0, 1.0], (3, 1))])
    held = np.array([[False, False, False], [False, True, True]])
    scores = direction_scores(answers, labels, held)
    assert (scores.frames, scores.moving_frames) == (3, 2)
    assert scores.squared == pytest.approx([0.0, 2 / 3 + 1 / 3])
    assert scores.acted_squared == pytest.approx(np.array([[0.0, 0.0], [1.0, 0.0]]))
    assert scores.acted_frames.tolist() == [3, 1]
    assert scores.angle_rad == pytest.approx([0.0, np.pi / 2])


def test_sums_of_bags_give_the_mse_of_all_their_frames() -> None:
    random = np.random.default_rng(0)
    labels, answers = random.normal(size=(8, 3)), random.normal(size=(2, 8, 3))
    labels /= np.linalg.norm(labels, axis=1, keepdims=True)
    held = np.zeros((1, 8), dtype=bool)
    both = direction_scores(answers[:, :3], labels[:3], held[:, :3]) + direction_scores(
        answers[:, 3:], labels[3:], held[:, 3:]
    )
    both = both + no_direction_scores(2, 1)
    assert both.squared / both.frames == pytest.approx([action_errors(a, labels).squared.mean() for a in answers])


def test_the_error_of_any_c_follows_from_the_sums() -> None:
    random = np.random.default_rng(1)
    answers, moved = random.normal(size=(2, 9, 3)), random.normal(size=(9, 3))
    scores = step_scores(answers, moved) + no_step_scores(2)
    c = np.array([0.2, 0.7, 1.0])
    by_sums = (c**2 * scores.aa - 2.0 * c * scores.ad + scores.dd).sum(axis=1)
    assert by_sums == pytest.approx(((c * answers - moved) ** 2).sum(axis=(1, 2)))
    assert scores.frames == 9
