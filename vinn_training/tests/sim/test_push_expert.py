import numpy as np
import pytest

from vinn_training.contracts import GripperState
from vinn_training.exceptions import InvalidInput
from vinn_training.sim.push_expert import PushConfig, PushExpert, PushGeometry

CONTACT_M = 0.04


def _geometry(gap_m: float, sideways_m: float = 0.0, circle_m: tuple[float, float] = (0.0, 0.15)) -> PushGeometry:
    """Gripper, thing and circle on a line along the arm: gap to the fingertips, and the circle's place beyond it."""
    thing = np.array([0.0, -0.65, 0.75])
    return PushGeometry(
        grasp_m=thing + np.array([-sideways_m, CONTACT_M + gap_m, 0.0]),
        thing_m=thing,
        circle_m=thing + np.array([circle_m[0], -circle_m[1], -0.03]),
        radius_m=0.05,
        contact_m=CONTACT_M,
        working_z_m=0.75,
    )


def test_beside_the_thing_it_takes_the_sideways_error_first_and_keeps_clear() -> None:
    step = PushExpert().decide(_geometry(gap_m=0.06, sideways_m=0.04)).translation_world_m
    assert step[0] > 0.015  # the thing is at larger x
    assert step[1] < 0.0
    step = PushExpert().decide(_geometry(gap_m=0.01, sideways_m=0.04)).translation_world_m
    assert step[1] > 0.0  # too near to go around: back


def test_aimed_it_moves_straight_up_to_the_thing_and_not_farther() -> None:
    far = PushExpert().decide(_geometry(gap_m=0.06, circle_m=(0.08, 0.12))).translation_world_m
    near = PushExpert().decide(_geometry(gap_m=0.01, circle_m=(0.08, 0.12))).translation_world_m

    np.testing.assert_allclose(far, [0.0, -0.025, 0.0])
    np.testing.assert_allclose(near, [0.0, -0.01, 0.0])


@pytest.mark.parametrize("circle_m", [(0.0, 0.15), (0.07, 0.12), (-0.07, 0.12)], ids=str)
def test_touching_it_pushes_along_the_line_to_the_circle(circle_m: tuple[float, float]) -> None:
    wanted = PushExpert().decide(_geometry(gap_m=0.0, circle_m=circle_m))
    line = np.array([circle_m[0], -circle_m[1], 0.0])

    np.testing.assert_allclose(wanted.translation_world_m, 0.025 * line / np.linalg.norm(line), atol=1e-9)
    assert wanted.gripper == GripperState.OPEN
    assert not wanted.done


def test_a_thing_that_drifts_off_is_followed_and_one_that_slipped_is_left() -> None:
    drifting = PushExpert().decide(_geometry(gap_m=0.0, sideways_m=0.01)).translation_world_m
    assert drifting[0] > 0.0
    assert drifting[1] < -0.01
    assert PushExpert().decide(_geometry(gap_m=0.0, sideways_m=0.03)).translation_world_m[1] > 0.0


def test_the_last_step_is_no_longer_than_the_way() -> None:
    step = PushExpert().decide(_geometry(gap_m=0.0, circle_m=(0.0, 0.02))).translation_world_m
    assert np.linalg.norm(step) == pytest.approx(0.02)


def test_it_ends_inside_the_circle_and_gives_up_beyond_it() -> None:
    expert = PushExpert()
    assert expert.decide(_geometry(gap_m=0.0, circle_m=(0.0, 0.015))).done
    assert not expert.decide(_geometry(gap_m=0.0, circle_m=(0.0, 0.03))).done
    assert expert.decide(_geometry(gap_m=0.0, circle_m=(0.03, 0.0))).done  # level with the centre: no way nearer
    assert not expert.missed(_geometry(gap_m=0.0, circle_m=(0.0, 0.15)))
    assert expert.missed(_geometry(gap_m=0.0, circle_m=(0.04, 0.0)))
    assert expert.missed(_geometry(gap_m=0.0, circle_m=(0.0, -0.06)))


@pytest.mark.parametrize(("field", "value"), [("step_m", 0.0), ("aim_m", float("nan")), ("inside_share", 1.5)])
def test_settings_that_cannot_be_are_refused_by_name(field: str, value: float) -> None:
    with pytest.raises(InvalidInput, match=field):
        PushConfig(**{field: value})
