"""Each joint's position goes to the target of its name, whatever the order of the chain."""

import numpy as np
import pytest

from vinn_training.contracts import JointTargets
from vinn_training.kinematics import joints
from vinn_training.kinematics.joint_targets import joint_targets

NAMES = (joints.BASE, joints.LIFT, joints.EXTENSION, joints.WRIST_YAW, joints.WRIST_PITCH, joints.WRIST_ROLL)


def test_every_joint_has_its_own_target_and_the_base_an_increment() -> None:
    q = np.array([9.0, 0.6, 0.2, 1.5, -0.3, 0.1])
    expected = JointTargets(0.6, 0.2, 1.5, -0.3, 0.1, gripper_rad=0.05, base_translate_m=0.02)
    assert joint_targets(NAMES, q, 0.05, 0.02) == expected
    assert joint_targets(NAMES[::-1], q[::-1], 0.05, 0.02) == expected


def test_a_wrist_that_only_yaws_gets_zero_for_the_rest() -> None:
    targets = joint_targets(NAMES[:4], np.array([0.0, 0.6, 0.2, 1.5]), 0.0, 0.0)
    assert (targets.wrist_yaw_rad, targets.wrist_pitch_rad, targets.wrist_roll_rad) == (1.5, 0.0, 0.0)


def test_a_configuration_of_another_chain_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="zip"):
        joint_targets(NAMES, np.zeros(5), 0.0, 0.0)
