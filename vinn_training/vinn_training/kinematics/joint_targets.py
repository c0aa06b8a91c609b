"""A configuration of the chain as targets for the driver."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import JointTargets
from vinn_training.kinematics import joints


def joint_targets(
    joint_names: Sequence[str], q: NDArray[np.float64], gripper_rad: float, base_translate_m: float
) -> JointTargets:
    """Return the targets that bring the joints to a configuration; a wrist joint that is not there gets 0.

    Args:
        joint_names: As `RobotModel.joint_names`.
        q: (n,) float64, metres and radians, in their order.
        gripper_rad: Finger angle.
        base_translate_m: Motion of the base, along its x axis.
    """
    value = dict(zip(joint_names, (float(x) for x in q), strict=True))
    return JointTargets(
        lift_m=value[joints.LIFT],
        arm_m=value[joints.EXTENSION],
        wrist_yaw_rad=value[joints.WRIST_YAW],
        wrist_pitch_rad=value.get(joints.WRIST_PITCH, 0.0),
        wrist_roll_rad=value.get(joints.WRIST_ROLL, 0.0),
        gripper_rad=gripper_rad,
        base_translate_m=base_translate_m,
    )
