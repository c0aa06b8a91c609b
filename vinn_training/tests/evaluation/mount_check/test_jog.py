import numpy as np
import pytest

from vinn_training.evaluation.mount_check.jog import ORDER, Jog, direction_of
from vinn_training.exceptions import InvalidInput

PICTURE = np.zeros((4, 4, 3), np.uint8)


def jog(name: str = "-z", asked_m: float = 0.02, requested=(0.0, 0.02, 0.0), moved=(0.0, 0.015, 0.0)) -> Jog:
    return Jog(name, asked_m, np.array(requested), np.array(moved), PICTURE, PICTURE)


def test_the_motions_go_away_first_and_come_back() -> None:
    assert ORDER[:3] == ("-z", "+z", "-y")  # away from what the gripper is in front of, and up
    assert sum(direction_of(name) for name in ORDER).tolist() == [0.0, 0.0, 0.0]
    for first, second in zip(ORDER[::2], ORDER[1::2], strict=True):
        np.testing.assert_array_equal(direction_of(first), -direction_of(second))


def test_gain_is_the_way_gone_in_the_requested_direction() -> None:
    assert jog().gain == pytest.approx(0.75)
    assert jog(moved=(0.01, -0.02, 0.0)).gain == pytest.approx(-1.0)
    assert jog(requested=(0.0, 0.0, 0.0)).gain == 0.0


def test_refuses_what_is_no_motion() -> None:
    with pytest.raises(InvalidInput, match=r"one of: -z"):
        jog(name="z")
    with pytest.raises(InvalidInput, match="asked_m"):
        jog(asked_m=0.0)
    with pytest.raises(InvalidInput, match="moved_base_m"):
        jog(moved=(0.0, np.nan, 0.0))
