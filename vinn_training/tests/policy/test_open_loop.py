import numpy as np
import pytest

from vinn_training.contracts import Demonstration
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.interface import Observation
from vinn_training.policy.open_loop import OpenLoopPolicy


def _demonstration(name: str, directions, gripper) -> Demonstration:
    images = [np.zeros((4, 4, 3), dtype=np.uint8)] * len(directions)
    return Demonstration.from_images(name, images, np.array(directions), np.array(gripper))


def test_the_mean_of_those_that_have_a_frame_t() -> None:
    policy = OpenLoopPolicy()
    policy.fit(
        [_demonstration("a", [[1, 0, 0], [0, 1, 0]], [1, 0]), _demonstration("b", [[0, 0, 1]], [0])],
        None,
    )
    np.testing.assert_allclose(policy.predict(Observation(), 0).direction, [0.5, 0, 0.5])
    assert policy.predict(Observation(), 0).gripper_opening == 0.5
    np.testing.assert_allclose(policy.predict(Observation(), 1).direction, [0, 1, 0])
    np.testing.assert_allclose(policy.predict(Observation(), 7).direction, [0, 1, 0])


def test_before_fitting_and_for_negative_times_it_says_so() -> None:
    policy = OpenLoopPolicy()
    with pytest.raises(InvalidInput, match="before it was fitted"):
        policy.predict(Observation(), 0)
    with pytest.raises(InvalidInput, match="no demonstrations"):
        policy.fit([], None)
    policy.fit([_demonstration("a", [[1, 0, 0]], [1])], None)
    with pytest.raises(InvalidInput, match="t is -1"):
        policy.predict(Observation(), -1)
