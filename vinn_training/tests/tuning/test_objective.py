import numpy as np
import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.tuning.direction_score import DirectionScores, StepScores
from vinn_training.tuning.gripper_score import GripperScores
from vinn_training.tuning.objective import Criteria, Scores, total


def _scores(frames: int = 10) -> Scores:
    def cube(value: int) -> np.ndarray:
        return np.full((1, 1, 2), value, dtype=np.int64)

    return Scores(
        frames=frames,
        held=np.array([5, 0]),
        direction=DirectionScores(
            frames, 8, np.array([2.0]), np.array([[0.5, 2.0]]), np.array([5.0, 10.0]), np.array([np.pi])
        ),
        step=StepScores(frames, np.array([[4.0, 0.0, 0.0]]), np.array([[2.0, 0.0, 0.0]]), np.array([1.0, 0.0, 0.0])),
        gripper=GripperScores(frames, 2, cube(1), cube(1), cube(3), cube(0), cube(1), cube(4), cube(4)),
    )


def test_known_rates() -> None:
    scores = _scores()
    assert scores.mse == pytest.approx([0.2])
    assert scores.acted_mse == pytest.approx(np.array([[0.1, 0.2]]))
    assert scores.angle_deg == pytest.approx([22.5])
    assert scores.held_share.tolist() == [0.5, 0.0]
    assert scores.wrong_share[0, 0, 0] == pytest.approx(0.1)
    assert scores.event_error[0, 0, 0] == pytest.approx(2.0)
    assert scores.cost(Criteria(gripper_weight=0.5))[0, 0, 0] == pytest.approx(0.2 + 0.5 * 2.1)
    assert scores.step_error((0.5, 1.0, 1.0)) == pytest.approx([0.0])
    assert scores.step_error((1.0, 1.0, 1.0)) == pytest.approx([1.0 / 30.0])


def test_bags_add_up_by_their_frames() -> None:
    both = total([_scores(10), _scores(30)])
    assert both.frames == 40
    assert both.mse == pytest.approx([4.0 / 40])
    assert both.event_error[0, 0, 0] == pytest.approx(2.0)
    with pytest.raises(InvalidInput, match="no bag"):
        total([])


def test_the_window_is_a_time() -> None:
    criteria = Criteria(window_s=1.0)
    assert [criteria.window_frames(period) for period in (1 / 30, 0.5, 3.0, 0.0)] == [30, 2, 1, 1]


@pytest.mark.parametrize(
    ("criteria", "words"),
    [
        ({"gripper_weight": -1.0}, "gripper_weight is -1.0"),
        ({"max_held_share": 1.5}, "max_held_share is 1.5"),
        ({"window_s": -1.0}, "window_s is -1.0"),
    ],
)
def test_criteria_that_mean_nothing_are_refused(criteria: dict[str, float], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        Criteria(**criteria)
