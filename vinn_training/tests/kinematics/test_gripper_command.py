"""The finger angle that is sent: what states mean, and what is done where there is no room."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from vinn_training.contracts import GripperState
from vinn_training.exceptions import InvalidInput, KinematicsError
from vinn_training.kinematics import joints
from vinn_training.kinematics.controller_config import CartesianControllerConfig
from vinn_training.kinematics.gripper_command import GripperCommand

CONFIG = CartesianControllerConfig(gripper_open_rad=0.2, gripper_closed_rad=-0.2)
Q = np.zeros(6)


def _measured(finger_rad: float) -> dict[str, float]:
    return {joints.FINGER_LEFT: finger_rad}


def _blocked_where(meets: Callable[[float], bool]) -> Any:
    """Return a collision model in which fingers meet something at some angles."""

    def check_path(q_start: Any, q_end: Any, start_rad: float, end_rad: float) -> SimpleNamespace:
        return SimpleNamespace(blocker="finger and mast" if meets(end_rad) else "")

    return SimpleNamespace(check_path=check_path)


def test_states_are_angles_and_unknown_is_the_last_command() -> None:
    command = GripperCommand(True, None)
    command.reset(_measured(0.07), None)
    angles = [command.target(state, CONFIG) for state in (GripperState.UNKNOWN, GripperState.OPEN, GripperState.CLOSED)]
    assert angles == [0.07, 0.2, -0.2]
    with pytest.raises(InvalidInput, match="expected OPEN, CLOSED or UNKNOWN"):
        command.target(7, CONFIG)  # type: ignore[arg-type]


def test_a_given_command_counts_more_than_the_measured_angle() -> None:
    command = GripperCommand(True, None)
    command.reset(_measured(0.07), -0.1)
    assert command.commanded_rad == -0.1


def test_measured_is_within_the_range_or_the_command_where_nothing_is_published() -> None:
    command = GripperCommand(True, None)
    command.reset(_measured(0.07), None)
    assert [command.measured(_measured(angle)) for angle in (0.1, 3.0, -3.0)] == [0.1, 0.6, -0.6]
    assert command.measured({}) == 0.07
    with pytest.raises(KinematicsError, match="finite"):
        command.measured(_measured(float("nan")))
    with pytest.raises(KinematicsError, match="lack"):
        command.reset({}, None)


def test_without_fingers_nothing_is_measured() -> None:
    command = GripperCommand(False, None)
    command.reset({}, None)
    assert command.commanded_rad == command.measured(_measured(0.3)) == 0.0


def test_fingers_that_would_meet_something_keep_their_grip() -> None:
    command = GripperCommand(True, _blocked_where(lambda angle: angle > 0.1))
    command.reset(_measured(0.02), -0.2)  # closed on a handle
    assert command.free(0.05, Q, 0.02) == (0.05, ())
    kept_rad, why = command.free(0.2, Q, 0.02)
    assert kept_rad == -0.2
    assert why == ("gripper kept at -0.2 rad: finger and mast would meet",)


def test_fingers_stay_where_they_are_if_gripping_on_would_meet_something_too() -> None:
    command = GripperCommand(True, _blocked_where(lambda angle: angle != 0.02))
    command.reset(_measured(0.02), -0.2)
    assert command.free(0.2, Q, 0.02)[0] == 0.02
