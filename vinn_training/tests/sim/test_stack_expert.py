import numpy as np
import pytest

from vinn_training.contracts import GripperState
from vinn_training.exceptions import InvalidInput
from vinn_training.sim.stack_expert import StackConfig, StackExpert, StackGeometry

OPEN_RAD, HELD_RAD = 0.05, -0.02
NEAR_Z_M, FAR_Z_M = 0.75, 0.745  # centres, of things 6 and 5 cm high on a table at 0.72 m
ON_TOP_Z_M = FAR_Z_M + 0.025 + 0.03


def _geometry(to_near_m=(0.0, -0.10, 0.0), to_far_m=(0.03, -0.15), near_z_m=NEAR_Z_M, **changes) -> StackGeometry:
    near = np.array([0.0, -0.65, near_z_m])
    far = np.array([near[0] + to_far_m[0], near[1] + to_far_m[1], FAR_Z_M])
    values = {"grasped": False, "stacked": False} | changes
    return StackGeometry(near - to_near_m, near, far, (0.036, 0.06), 0.05, working_z_m=0.75, **values)


def test_it_comes_from_the_front_and_aims_before_it_goes_around_the_thing() -> None:
    aside = StackExpert().decide(_geometry((0.03, -0.055, 0.0)), OPEN_RAD)
    ahead = StackExpert().decide(_geometry((0.002, -0.055, 0.0)), OPEN_RAD)

    assert aside.translation_world_m[0] > 0.02
    assert abs(aside.translation_world_m[1]) < 0.005  # waits before the thing
    assert ahead.translation_world_m[1] < -0.02
    assert aside.gripper == ahead.gripper == GripperState.OPEN


def test_around_the_thing_it_rests_and_closes() -> None:
    step = StackExpert().decide(_geometry((0.0, 0.004, 0.0)), OPEN_RAD)

    assert step.gripper == GripperState.CLOSED
    assert not step.translation_world_m.any()


def test_closed_on_nothing_it_goes_back_and_opens() -> None:
    step = StackExpert().decide(_geometry((0.0, 0.004, 0.0)), HELD_RAD)

    assert step.gripper == GripperState.OPEN
    assert step.translation_world_m[1] > 0.02


def test_held_on_the_table_it_is_lifted_straight_up() -> None:
    step = StackExpert().decide(_geometry((0.0, 0.006, 0.0), grasped=True), HELD_RAD)

    np.testing.assert_allclose(step.translation_world_m, [0.0, 0.0, 0.03])
    assert step.gripper == GripperState.CLOSED


def test_above_the_farther_things_height_it_is_carried_there() -> None:
    geometry = _geometry((0.0, 0.006, 0.0), near_z_m=ON_TOP_Z_M + 0.015, grasped=True)
    step = StackExpert().decide(geometry, HELD_RAD).translation_world_m

    np.testing.assert_allclose(step[:2] / np.linalg.norm(step[:2]), np.array([0.03, -0.15]) / np.hypot(0.03, 0.15))
    assert abs(step[2]) < 1e-9


def test_above_the_farther_thing_it_is_lowered_and_let_go() -> None:
    above = _geometry((0.0, 0.006, 0.0), (0.002, 0.001), near_z_m=ON_TOP_Z_M + 0.015, grasped=True)
    down = StackExpert().decide(above, HELD_RAD)
    assert down.translation_world_m[2] == pytest.approx(-0.015, abs=1e-6)
    assert down.gripper == GripperState.CLOSED

    low = StackExpert().decide(
        _geometry((0.0, 0.006, 0.0), (0.002, 0.001), near_z_m=ON_TOP_Z_M + 0.004, grasped=True), HELD_RAD
    )
    assert low.gripper == GripperState.OPEN
    assert not low.translation_world_m.any()


def test_stacked_it_lets_go_withdraws_and_ends() -> None:
    stacked = {"to_far_m": (0.0, 0.0), "near_z_m": ON_TOP_Z_M, "stacked": True}
    held = StackExpert().decide(_geometry((0.0, 0.006, 0.0), grasped=True, **stacked), HELD_RAD)
    released = StackExpert().decide(_geometry((0.0, 0.006, 0.0), **stacked), OPEN_RAD)
    away = StackExpert().decide(_geometry((0.0, -0.10, 0.0), **stacked), OPEN_RAD)

    assert (held.gripper, held.done) == (GripperState.OPEN, False)
    assert not held.translation_world_m.any()
    np.testing.assert_allclose(released.translation_world_m, [0.0, 0.03, 0.0])
    assert away.done


@pytest.mark.parametrize(("field", "value"), [("step_m", -1.0), ("place_m", float("inf"))])
def test_settings_that_cannot_be_are_refused_by_name(field: str, value: float) -> None:
    with pytest.raises(InvalidInput, match=field):
        StackConfig(**{field: value})
