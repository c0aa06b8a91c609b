"""Joint states of a Stretch, for tests of its controller."""

import math

TILT = math.radians(20.0)
ALONG_BASE = 1.53  # wrist yaw of the paper's code: fingers along the robot's forward


def states(lift=0.6, arm=0.2, yaw=0.0, pitch=0.0, roll=0.0, finger=0.05) -> dict[str, float]:
    return {
        "wrist_extension": arm,
        "joint_lift": lift,
        "joint_wrist_yaw": yaw,
        "joint_wrist_pitch": pitch,
        "joint_wrist_roll": roll,
        "joint_gripper_finger_left": finger,
        "joint_gripper_finger_right": finger,
    }


def as_states(targets) -> dict[str, float]:
    return states(
        targets.lift_m,
        targets.arm_m,
        targets.wrist_yaw_rad,
        targets.wrist_pitch_rad,
        targets.wrist_roll_rad,
        targets.gripper_rad,
    )
