import math
from dataclasses import replace

import numpy as np
import pinocchio as pin
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinn_training.contracts import GripperState
from vinn_training.exceptions import InvalidInput, KinematicsError
from vinn_training.kinematics.camera_mount import CameraMount
from vinn_training.kinematics.controller import CartesianController, CartesianControllerConfig
from vinn_training.kinematics.descriptions import RobotDescription
from vinn_training.kinematics.differential_step import DifferentialStep
from vinn_training.kinematics.limits.workspace_box import WorkspaceBox
from vinn_training.kinematics.tool_mount import mount_on, tool_links

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


@pytest.fixture(scope="module")
def shared() -> CartesianController:
    return CartesianController()


@pytest.fixture
def controller(shared) -> CartesianController:
    shared.reset(states())
    return shared


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
def test_each_axis_moves_the_right_joint_the_right_way(shared, yaw, direction, base, lift, arm):
    shared.reset(states(yaw=yaw))
    step = shared.step(np.array(direction) * 0.04, GripperState.UNKNOWN, states(yaw=yaw), 0.0)
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


def test_speed_limit_shortens_the_step_and_is_named():
    slow = CartesianController(CartesianControllerConfig(joint_speeds=(("joint_lift", 0.05),), step_time_s=0.4))
    slow.reset(states())
    step = slow.step([0.0, -0.05, 0.0], GripperState.UNKNOWN, states(), 0.0)
    assert step.success
    assert not step.reached
    assert step.targets.lift_m == pytest.approx(0.62, abs=1e-6)  # 0.05 m/s for 0.4 s
    assert "joint_lift at its largest speed 0.05 a second" in step.clipped


def over_the_base(lift: float) -> dict[str, float]:
    return states(lift=lift, arm=0.0, yaw=2.6)


def test_motion_into_the_base_ends_before_it_and_names_the_parts():
    config = CartesianControllerConfig(workspace=WorkspaceBox((-2.0, -2.0, -2.0), (2.0, 2.0, 2.0)))
    careful = CartesianController(config)
    blind = CartesianController(replace(config, self_collision=False))
    down = [0.0, 0.08 * math.cos(TILT), 0.08 * math.sin(TILT)]
    lifts = {}
    for name, controller in (("careful", careful), ("blind", blind)):
        at = over_the_base(0.15)
        controller.reset(at)
        for _ in range(3):
            step = controller.step(down, GripperState.UNKNOWN, at, 0.0)
            at = as_states(step.targets)
        lifts[name] = step.targets.lift_m
    assert lifts["blind"] < 0.01
    assert lifts["careful"] > 0.05
    step = careful.step(down, GripperState.UNKNOWN, at, 0.0)
    assert step.success
    assert not step.reached
    assert any("link_straight_gripper" in line for line in step.clipped)


def test_gripper_without_room_is_not_opened_and_says_so(checkers):
    """Found by trying poses over the base: where opening is refused, open fingers would hit something."""
    wide = CartesianController(CartesianControllerConfig(gripper_open_rad=0.5))
    refusals = 0
    for lift in (0.06, 0.09, 0.12):
        for yaw in np.linspace(1.6, 3.6, 21):
            at = states(lift=lift, arm=0.0, yaw=float(yaw), finger=-0.1)
            wide.reset(at)
            step = wide.step([0.0, 0.0, 0.0], GripperState.OPEN, at, 0.0)
            if any("gripper kept at" in line for line in step.clipped):
                refusals += 1
                assert step.targets.gripper_rad == pytest.approx(-0.1)
    assert refusals > 0


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


def test_hold_before_reset_is_refused():
    with pytest.raises(KinematicsError, match=r"reset\(\)"):
        CartesianController().hold(states(), 0.0)


def test_long_translation_is_shortened_and_says_so(controller):
    step = controller.step([0.0, 0.0, 1.0], GripperState.UNKNOWN, states(), 0.0)
    assert step.success
    assert np.linalg.norm(step.commanded_base_m) == pytest.approx(0.08, abs=1e-3)
    assert "shortened to 0.08 m" in step.clipped[0]


def test_end_of_the_arm_is_named_and_does_not_bend_the_wrist(controller):
    controller.reset(states(arm=0.5))
    step = controller.step([0.0, 0.0, 0.05], GripperState.UNKNOWN, states(arm=0.5), 0.0)
    assert step.success
    assert step.targets.arm_m <= 0.52
    assert step.clipped == ("wrist_extension at its upper limit 0.52",)
    assert step.residual_m > 0.02
    assert abs(step.targets.wrist_pitch_rad) < 1e-3


def test_workspace_is_kept_and_named():
    low = CartesianController(CartesianControllerConfig(workspace=WorkspaceBox(lower_m=(-0.7, -1.4, 0.7))))
    low.reset(states())
    step = low.step([0.0, 0.05, 0.0], GripperState.UNKNOWN, states(), 0.0)
    assert step.success
    assert "workspace lower z face" in step.clipped[0]
    q = low.robot.configuration(as_states(step.targets), step.targets.base_translate_m)
    assert low.robot.grasp_position_m(q)[2] >= 0.7 - 1e-3


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


@pytest.mark.parametrize(
    ("translation", "changes", "base", "message"),
    [
        ([math.nan, 0, 0], {}, 0.0, "three finite metres"),
        ([0, math.inf, 0], {}, 0.0, "three finite metres"),
        ([1e308, 1e308, 0], {}, 0.0, "three finite metres"),
        ([0, 0], {}, 0.0, "three finite metres"),
        ("abc", {}, 0.0, "three"),
        ([0, 0, 0.01], {"joint_lift": math.nan}, 0.0, "'joint_lift' is nan"),
        ([0, 0, 0.01], {"joint_lift": 1.4}, 0.0, "outside its range"),
        ([0, 0, 0.01], {"joint_wrist_pitch": None}, 0.0, "lack 'joint_wrist_pitch'"),
        ([0, 0, 0.01], {}, math.nan, "translate_mobile_base"),
    ],
)
def test_bad_input_commands_nothing_and_says_why(controller, translation, changes, base, message):
    measured = {k: v for k, v in (states() | changes).items() if v is not None}
    step = controller.step(translation, GripperState.CLOSED, measured, base)
    assert not step.success
    assert step.targets is None
    assert message in step.reason
    after = controller.step([0, 0, 0], GripperState.UNKNOWN, states(), 0.0)
    assert after.targets.arm_m == pytest.approx(0.2, abs=1e-6)
    assert after.targets.gripper_rad == 0.05


def test_step_before_reset_is_refused():
    step = CartesianController().step([0, 0, 0.01], GripperState.OPEN, states(), 0.0)
    assert not step.success
    assert "reset()" in step.reason


def test_reset_refuses_a_robot_that_is_not_homed(controller):
    with pytest.raises(KinematicsError, match="homing"):
        controller.reset(states(lift=-0.4))


def test_joint_a_little_past_its_end_is_usable(controller):
    controller.reset(states(arm=-0.002))
    step = controller.step([0, 0, 0.02], GripperState.UNKNOWN, states(arm=-0.002), 0.0)
    assert step.success
    assert step.targets.arm_m > 0.0


@pytest.mark.parametrize(
    "change",
    [
        {"max_step_m": math.nan},
        {"max_step_m": -0.1},
        {"max_lead_m": 0.0},
        {"gripper_open_rad": -0.3},
        {"gripper_closed_rad": -2.0},
    ],
)
def test_bad_setting_is_refused(change):
    with pytest.raises(InvalidInput, match=next(iter(change))):
        CartesianControllerConfig(**change)


@pytest.mark.parametrize("limit", [("joint_elbow", 0.0, 1.0), ("joint_lift", 0.5, 0.2), ("joint_lift", -1.0, 2.0)])
def test_bad_joint_limit_is_refused(limit):
    with pytest.raises(InvalidInput, match=limit[0]):
        CartesianController(CartesianControllerConfig(joint_limits=(limit,)))


def test_narrower_joint_limit_is_kept():
    controller = CartesianController(CartesianControllerConfig(joint_limits=(("joint_lift", 0.59, 1.0),)))
    controller.reset(states())
    step = controller.step([0, 0.05, 0], GripperState.UNKNOWN, states(), 0.0)
    assert step.targets.lift_m >= 0.59
    assert "joint_lift at its lower limit 0.59" in step.clipped


reasonable = st.floats(-0.05, 0.05)


@settings(max_examples=60, deadline=None)
@given(
    delta=st.tuples(reasonable, reasonable, reasonable),
    lift=st.floats(0.3, 0.9),
    arm=st.floats(0.1, 0.4),
    yaw=st.sampled_from([0.0, ALONG_BASE, 0.7]),
    pitch=st.floats(-0.4, 0.2),
)
def test_forward_kinematics_of_the_solution_is_the_target(shared, delta, lift, arm, yaw, pitch):
    start = states(lift, arm, yaw, pitch)
    shared.reset(start)
    before = shared.robot.camera_pose(shared.robot.configuration(start, 0.0))
    step = shared.step(delta, GripperState.UNKNOWN, start, 0.0)
    assert step.success
    after = shared.robot.camera_pose(shared.robot.configuration(as_states(step.targets), step.targets.base_translate_m))
    if step.clipped:  # only the largest step may have been in the way here
        assert np.linalg.norm(delta) > shared.config.max_step_m
        return
    np.testing.assert_allclose(before.actInv(after.translation), delta, atol=1e-3)
    np.testing.assert_allclose(after.rotation, before.rotation, atol=5e-3)


hostile = st.one_of(st.floats(), st.floats(-0.2, 0.2))


@settings(max_examples=120, deadline=None)
@given(
    deltas=st.lists(st.tuples(hostile, hostile, hostile), min_size=1, max_size=4),
    lift=st.floats(-0.02, 1.12),
    arm=st.floats(-0.02, 0.54),
    wrist=st.tuples(st.floats(-1.75, 4.0), st.floats(-1.57, 0.56), st.floats(-3.14, 3.14)),
    base=st.floats(-100.0, 100.0),
)
def test_limits_hold_for_hostile_input(shared, deltas, lift, arm, wrist, base):
    measured = states(lift, arm, *wrist)
    shared.reset(measured, base)
    limits = shared.robot.model
    for delta in deltas:
        step = shared.step(delta, GripperState.CLOSED, measured, base)
        assert step.success == (step.targets is not None)
        assert bool(step.reason) == (not step.success)
        if step.targets is None:
            continue
        q = shared.robot.configuration(as_states(step.targets), step.targets.base_translate_m)
        assert np.isfinite(q).all()
        assert (q >= limits.lowerPositionLimit).all()
        assert (q <= limits.upperPositionLimit).all()
        steps = np.abs(q - shared.robot.configuration(measured, 0.0))
        assert (steps[:3] <= shared.config.max_slide_step_m + shared.config.limit_tolerance).all()
        assert (steps[3:] <= shared.config.max_wrist_step_rad + 1e-9).all()


def test_limits_change_between_two_steps_and_what_was_commanded_stays():
    controller = CartesianController()
    controller.reset(states())
    controller.change(replace(controller.config, max_slide_step_m=0.01))
    step = controller.step([0.0, -0.05, 0.0], GripperState.UNKNOWN, states(), 0.0)
    assert step.targets is not None
    assert step.targets.lift_m == pytest.approx(0.61, abs=1e-6)
    assert any("joint_lift at its largest step 0.01" in line for line in step.active)
    for change in ({"self_collision": False}, {"camera_mount": CameraMount.tilted_down(tilt_rad=0.1)}):
        with pytest.raises(InvalidInput, match=f"{next(iter(change))} cannot change"):
            controller.change(replace(controller.config, **change))
    with pytest.raises(InvalidInput, match="joint_limits"):
        controller.change(replace(controller.config, joint_limits=(("joint_lift", 0.0, 9.0),)))
    assert controller.config.max_slide_step_m == 0.01  # as before the refusals


def test_failure_of_the_solver_says_how_far_it_came(monkeypatch):
    controller = CartesianController()
    controller.reset(states())
    monkeypatch.setattr(DifferentialStep, "solve", lambda *args, **kwargs: np.zeros(6))
    step = controller.step([0.0, 0.0, 0.02], GripperState.UNKNOWN, states(), 0.0)
    assert not step.success
    assert step.targets is None
    assert "no convergence" in step.reason
    assert step.residual_m == pytest.approx(0.02, abs=1e-6)
    assert step.iterations == 1
    assert step.solve_s > 0.0
