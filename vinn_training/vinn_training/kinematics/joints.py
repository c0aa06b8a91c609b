"""Names of the Stretch's joints as its driver publishes them, and how to read them."""

from __future__ import annotations

import math
from collections.abc import Mapping

from vinn_training.exceptions import KinematicsError

EXTENSION = "wrist_extension"
LIFT = "joint_lift"
#: Proximal to distal; each carries a quarter of the extension.
ARM_SEGMENTS = ("joint_arm_l3", "joint_arm_l2", "joint_arm_l1", "joint_arm_l0")
WRIST_YAW = "joint_wrist_yaw"
WRIST_PITCH = "joint_wrist_pitch"
WRIST_ROLL = "joint_wrist_roll"
WRIST = (WRIST_YAW, WRIST_PITCH, WRIST_ROLL)
HEAD_PAN = "joint_head_pan"
HEAD_TILT = "joint_head_tilt"
FINGER_LEFT = "joint_gripper_finger_left"
FINGER_RIGHT = "joint_gripper_finger_right"

#: The added prismatic joint of the base along its x axis; the driver's name for base translation.
BASE = "translate_mobile_base"


def joint_position(positions: Mapping[str, float], name: str) -> float:
    """Return one joint's position; the total extension is summed from its segments where it is not published.

    Raises:
        KinematicsError: If the joint is missing or its position is not finite.
    """
    if name == EXTENSION and EXTENSION not in positions:
        return sum(joint_position(positions, segment) for segment in ARM_SEGMENTS)
    if name not in positions:
        raise KinematicsError(
            f"joint states lack '{name}'; received {sorted(positions) or 'none'}. Is this the right robot and tool?"
        )
    value = float(positions[name])
    if not math.isfinite(value):
        raise KinematicsError(f"joint state of '{name}' is {value}; expected a finite number")
    return value
