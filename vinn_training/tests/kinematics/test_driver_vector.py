import math

import pytest

from vinn_training.contracts import JointTargets
from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import driver_vector, joints

TARGETS = JointTargets(
    lift_m=0.6,
    arm_m=0.2,
    wrist_yaw_rad=0.1,
    wrist_pitch_rad=-0.2,
    wrist_roll_rad=0.3,
    gripper_rad=0.05,
    base_translate_m=-0.01,
)
HEAD = (0.7, -0.8)


@pytest.mark.parametrize(
    ("tool", "vector"),
    [
        # the driver's documentation, number by number
        ("tool_stretch_dex_wrist", [0.2, 0.6, 0.1, -0.2, 0.3, 0.7, -0.8, 0.05, -0.01, 0.0]),
        ("eoa_wrist_dw3_tool_sg3", [0.2, 0.6, 0.1, -0.2, 0.3, 0.7, -0.8, 0.05, -0.01, 0.0]),
        ("eoa_wrist_dw3_tool_sg3_pro", [0.2, 0.6, 0.1, -0.2, 0.3, 0.7, -0.8, 0.05, -0.01, 0.0]),
        ("eoa_wrist_dw3_tool_nil", [0.2, 0.6, 0.1, -0.2, 0.3, 0.7, -0.8, -0.01, 0.0]),
        ("eoa_wrist_dw3_tool_tablet_12in", [0.2, 0.6, 0.1, -0.2, 0.3, 0.7, -0.8, -0.01, 0.0]),
        ("tool_stretch_gripper", [0.2, 0.6, 0.1, 0.05, 0.7, -0.8, -0.01, 0.0]),
        ("tool_none", [0.2, 0.6, 0.1, 0.7, -0.8, -0.01, 0.0]),
    ],
)
def test_order_of_the_vector(tool, vector):
    assert driver_vector.encode(tool, driver_vector.command_values(TARGETS, *HEAD)) == vector
    decoded = driver_vector.decode(tool, vector)
    assert decoded[joints.EXTENSION] == 0.2
    assert decoded[joints.BASE] == -0.01
    assert driver_vector.encode(tool, decoded) == vector


@pytest.mark.parametrize("length", [0, 7, 8, 9, 11])
def test_wrong_length_is_refused(length):
    with pytest.raises(InvalidInput, match=f"{length} numbers; expected 10"):
        driver_vector.decode("tool_stretch_dex_wrist", [0.0] * length)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_value_that_is_no_number_is_refused(bad):
    with pytest.raises(InvalidInput, match="'joint_lift'"):
        driver_vector.decode("tool_none", [0.0, bad, 0.0, 0.0, 0.0, 0.0, 0.0])


def test_translation_with_rotation_is_refused():
    with pytest.raises(InvalidInput, match="at most one"):
        driver_vector.decode("tool_none", [0.0, 0.5, 0.0, 0.0, 0.0, 0.1, 0.1])


def test_unknown_tool_lists_the_known_ones():
    with pytest.raises(InvalidInput, match="tool_stretch_dex_wrist"):
        driver_vector.layout("tool_hook")


def test_missing_joint_is_named():
    with pytest.raises(InvalidInput, match="joint_head_tilt"):
        driver_vector.encode("tool_none", {joints.LIFT: 0.5})


MEASURED = {
    joints.LIFT: 0.6,
    joints.EXTENSION: 0.2,
    joints.WRIST_YAW: 0.1,
    joints.WRIST_PITCH: -0.2,
    joints.WRIST_ROLL: 0.3,
    joints.HEAD_PAN: 0.7,
    joints.HEAD_TILT: -0.8,
    joints.FINGER_LEFT: 0.05,
}


@pytest.mark.parametrize("tool", driver_vector.LAYOUTS)
def test_a_hold_is_a_vector_of_the_measured_positions(tool):
    measured = {name: MEASURED[name] for name in driver_vector.measured_joints(tool)}
    values = driver_vector.hold_values(tool, measured)
    decoded = driver_vector.decode(tool, driver_vector.encode(tool, values))
    assert decoded.pop(joints.BASE) == decoded.pop(driver_vector.BASE_ROTATE) == 0.0
    assert decoded == measured


def test_a_hold_keeps_the_grip_and_sums_the_arm():
    measured = {name: value for name, value in MEASURED.items() if name != joints.EXTENSION}
    measured |= dict.fromkeys(joints.ARM_SEGMENTS, 0.05)
    values = driver_vector.hold_values("tool_stretch_dex_wrist", measured, gripper_rad=-0.3)
    assert values[joints.EXTENSION] == pytest.approx(0.2)
    assert values[joints.FINGER_LEFT] == -0.3


def test_a_robot_without_fingers_is_held_and_gets_none():
    bare = {name: MEASURED[name] for name in (joints.LIFT, joints.EXTENSION, joints.WRIST_YAW)}
    for tool in (None, "tool_none"):
        values = driver_vector.hold_values(tool, bare, gripper_rad=0.1)
        assert joints.FINGER_LEFT not in values
        assert values[joints.LIFT] == 0.6
    assert driver_vector.hold_values("tool_stretch_dex_wrist", bare) is None  # its wrist and fingers are not known


@pytest.mark.parametrize("name", [joints.LIFT, joints.WRIST_YAW, joints.EXTENSION, joints.FINGER_LEFT])
@pytest.mark.parametrize("value", [None, math.nan])
def test_nothing_is_held_by_what_is_not_known(name, value):
    measured = {**MEASURED, name: value} if value is not None else {k: v for k, v in MEASURED.items() if k != name}
    assert driver_vector.hold_values("tool_stretch_gripper", measured) is None
