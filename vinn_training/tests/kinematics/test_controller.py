import math

import numpy as np
import pinocchio as pin
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinn_training.contracts import GripperState
from vinn_training.kinematics.controller import CartesianController, CartesianControllerConfig
from vinn_training.kinematics.descriptions import RobotDescription
from vinn_training.kinematics.tool_mount import mount_on, tool_links

from .controller_states import ALONG_BASE, TILT, as_states, states


@pytest.mark.parametrize(
    ("yaw", "direction", "base", "lift", "arm"),
    [
        # wrist along the arm: forward extends, and descends with the tilt; right drives backwards
        (0.0, (0, 0, 1), 0.0, -math.sin(TILT), math.cos(TILT)),
        (0.0, (1, 0, 0), -1.0, 0.0, 0.0),
        (0.0, (0, 1, 0), 0.0, -math.cos(TILT), -math.sin(TILT)),
        # wrist along the base: forward drives, right extends
        (math.pi / 2, (0, 0, 1), math.cos(TILT), -math.sin(TILT), 0.0),
        (math.pi / 2, (1, 0, 0), 0.0, 0.0, 1.0),
        (math.pi / 2, (0, 1, 0), -math.sin(TILT), -math.cos(TILT), 0.0),
    ],
)
def test_each_axis_moves_the_right_joint_the_right_way(shared_controller, yaw, direction, base, lift, arm):
    shared_controller.reset(states(yaw=yaw))
    step = shared_controller.step(np.array(direction) * 0.04, GripperState.UNKNOWN, states(yaw=yaw), 0.0)
    assert step.success
    assert step.clipped == ()
    assert step.targets.base_translate_m == pytest.approx(0.04 * base, abs=1e-4)
    assert step.targets.lift_m - 0.6 == pytest.approx(0.04 * lift, abs=1e-4)
    assert step.targets.arm_m - 0.2 == pytest.approx(0.04 * arm, abs=1e-4)
    assert step.targets.wrist_yaw_rad == pytest.approx(yaw, abs=1e-3)
    assert step.targets.wrist_pitch_rad == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize(
    "name", ["RE1V0/tool_stretch_dex_wrist", "RE2V0/tool_stretch_gripper", "SE3/eoa_wrist_dw3_tool_sg3"]
)
@pytest.mark.parametrize(
    ("yaw", "base", "arm"),
    [
        (0.0, -0.03, 0.02 * math.cos(TILT)),  # fingers along the arm: right is backwards, forward is out
        (ALONG_BASE, 0.02 * math.cos(TILT), 0.03),  # along the base: forward is ahead, right is out
    ],
)
def test_the_same_translation_comes_out_right_in_both_working_poses(name, yaw, base, arm, checkers):
    """0.03 m to the camera's right and 0.02 m forward; the oracle is the untouched description's own kinematics."""
    controller, checker = controller_for(name), checkers(name)
    start = states(yaw=yaw)
    controller.reset(start)
    step = controller.step([0.03, 0.0, 0.02], GripperState.UNKNOWN, start, 0.0)
    assert step.success
    assert step.reached
    assert step.clipped == ()
    # by hand; at 1.53 rad, 2.3 degrees short of a quarter turn, each slide has 4 % of the other's part
    assert step.targets.base_translate_m == pytest.approx(base, abs=2e-3)
    assert step.targets.arm_m - 0.2 == pytest.approx(arm, abs=2e-3)
    assert step.targets.lift_m - 0.6 == pytest.approx(-0.02 * math.sin(TILT), abs=1e-3)
    before = camera_in_world(checker, controller, start, 0.0)
    after = camera_in_world(checker, controller, as_states(step.targets), step.targets.base_translate_m)
    np.testing.assert_allclose(before.actInv(after.translation), [0.03, 0.0, 0.02], atol=1e-3)
    np.testing.assert_allclose(after.rotation, before.rotation, atol=5e-3)


def controller_for(name: str) -> CartesianController:
    description = RobotDescription.from_package(name)
    tool = tool_links(description)
    mount = mount_on(description, tool.camera_link)
    return CartesianController(
        CartesianControllerConfig(description=name, camera_mount=mount, grasp_link=tool.grasp_link)
    )


def camera_in_world(checker, controller: CartesianController, positions: dict[str, float], base_m: float) -> pin.SE3:
    pin.framesForwardKinematics(checker.model, checker.data, checker.full(positions))
    mount = controller.robot.mount
    link = checker.data.oMf[checker.model.getFrameId(mount.parent_link, pin.FrameType.BODY)]
    camera = pin.SE3(mount.rotation_optical_to_parent, mount.position_m)
    return pin.SE3(np.eye(3), np.array([base_m, 0.0, 0.0])) * link * camera


def test_requested_and_commanded_are_in_base_link_axes(controller):
    step = controller.step([0.0, 0.0, 0.04], GripperState.UNKNOWN, states(), 0.0)
    expected = [0.0, -0.04 * math.cos(TILT), -0.04 * math.sin(TILT)]
    np.testing.assert_allclose(step.requested_base_m, expected, atol=1e-5)
    np.testing.assert_allclose(step.commanded_base_m, expected, atol=1e-5)


def test_steps_add_up_on_the_commanded_position(controller):
    """Measured joints that lag by a few millimetres must not shorten the way."""
    lagging = states(arm=0.2)
    for _ in range(2):
        step = controller.step([0.0, 0.0, 0.02], GripperState.UNKNOWN, lagging, 0.0)
    assert step.targets.arm_m - 0.2 == pytest.approx(0.04 * math.cos(TILT), abs=1e-4)


def test_blocked_gripper_does_not_wind_up(controller):
    for _ in range(10):
        step = controller.step([0.0, 0.0, 0.04], GripperState.UNKNOWN, states(), 0.0)
    lead = np.array([step.targets.arm_m - 0.2, step.targets.lift_m - 0.6])
    assert np.linalg.norm(lead) == pytest.approx(0.05, abs=1e-3)
    assert any("lead" in line for line in step.clipped)


def test_robot_moved_by_a_person_is_not_sent_back(controller):
    elsewhere = states(lift=0.8, arm=0.3)
    step = controller.step([0.0, 0.0, 0.02], GripperState.UNKNOWN, elsewhere, 0.0)
    assert step.targets.lift_m - 0.8 == pytest.approx(-0.02 * math.sin(TILT), abs=1e-4)
    assert step.targets.arm_m - 0.3 == pytest.approx(0.02 * math.cos(TILT), abs=1e-4)
    assert "going on from where it is" in step.clipped[0]


def test_hold_forgets_the_rest_of_a_motion_but_not_orientation_and_gripper(controller):
    controller.step([0.0, 0.0, 0.04], GripperState.CLOSED, states(), 0.0)
    sagged = states(arm=0.21, pitch=-0.04, finger=0.01)
    controller.hold(sagged, 0.01)
    step = controller.step([0.0, 0.0, 0.0], GripperState.UNKNOWN, sagged, 0.01)
    measured = controller.robot.camera_pose(controller.robot.configuration(sagged, 0.01))
    sent = controller.robot.configuration(as_states(step.targets), 0.01 + step.targets.base_translate_m)
    np.testing.assert_allclose(controller.robot.camera_pose(sent).translation, measured.translation, atol=1e-3)
    assert step.targets.wrist_pitch_rad == pytest.approx(0.0, abs=1e-3)
    assert step.targets.gripper_rad == controller.gripper_rad == controller.config.gripper_closed_rad


def test_base_increment_is_relative_to_the_measured_base(controller):
    """The driver moves the base by an increment from where it is, not from where it was commanded."""
    controller.reset(states(), base_position_m=25.0)
    controller.step([0.02, 0.0, 0.0], GripperState.UNKNOWN, states(), 25.0)
    step = controller.step([0.0, 0.0, 0.0], GripperState.UNKNOWN, states(), 24.99)
    assert step.targets.base_translate_m == pytest.approx(-0.01, abs=1e-4)


def test_gripper_states(controller):
    config = controller.config
    commands = [GripperState.UNKNOWN, GripperState.CLOSED, GripperState.UNKNOWN, GripperState.OPEN]
    angles = [controller.step([0, 0, 0], c, states(finger=0.03), 0.0).targets.gripper_rad for c in commands]
    # UNKNOWN at the start commands nothing new (0.05, as measured at reset); later it keeps what was commanded,
    # so that a gripper that holds something goes on gripping.
    assert angles == [0.05, config.gripper_closed_rad, config.gripper_closed_rad, config.gripper_open_rad]


def test_wrist_that_was_pushed_is_brought_back(controller):
    step = controller.step([0, 0, 0], GripperState.UNKNOWN, states(pitch=-0.03), 0.0)
    assert step.targets.wrist_pitch_rad == pytest.approx(0.0, abs=1e-3)


reasonable = st.floats(-0.05, 0.05)


@settings(max_examples=60, deadline=None)
@given(
    delta=st.tuples(reasonable, reasonable, reasonable),
    lift=st.floats(0.3, 0.9),
    arm=st.floats(0.1, 0.4),
    yaw=st.sampled_from([0.0, ALONG_BASE, 0.7]),
    pitch=st.floats(-0.4, 0.2),
)
def test_forward_kinematics_of_the_solution_is_the_target(shared_controller, delta, lift, arm, yaw, pitch):
    start = states(lift, arm, yaw, pitch)
    shared_controller.reset(start)
    before = shared_controller.robot.camera_pose(shared_controller.robot.configuration(start, 0.0))
    step = shared_controller.step(delta, GripperState.UNKNOWN, start, 0.0)
    assert step.success
    after = shared_controller.robot.camera_pose(
        shared_controller.robot.configuration(as_states(step.targets), step.targets.base_translate_m)
    )
    if step.clipped:  # only the largest step may have been in the way here
        assert np.linalg.norm(delta) > shared_controller.config.max_step_m
        return
    np.testing.assert_allclose(before.actInv(after.translation), delta, atol=1e-3)
    np.testing.assert_allclose(after.rotation, before.rotation, atol=5e-3)
