from __future__ import annotations

import math

import pytest

from vinn_ros.stretch_sim.driver_services import TRIGGERS
from vinn_ros.stretch_standin.core import StandinCore
from vinn_ros.stretch_standin.faults import Faults
from vinn_ros.stretch_standin.picture import SyntheticCamera
from vinn_training.kinematics import joints
from vinn_training.kinematics.driver_vector import encode
from vinn_training.sim.driver_config import DriverConfig

TOOL = "tool_stretch_dex_wrist"


class Clock:
    def __init__(self):
        self.now_s = 100.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def core(clock):
    core = StandinCore(DriverConfig(control_period_s=0.005), SyntheticCamera(0, 32, 32), 0, clock)
    core.service("activate_streaming_position", TRIGGERS["activate_streaming_position"])
    return core


def vector(core, tool=TOOL, **changes):
    values = {**core.snapshot().positions, joints.BASE: 0.0, "rotate_mobile_base": 0.0, **changes}
    return encode(tool, values)


def lift(core):
    return core.snapshot().positions[joints.LIFT]


def send_lift(core, target_m, **changes):
    return core.joint_pose_command(vector(core, joint_lift=target_m, **changes))


def stop(core):
    return core.service("stop_the_robot", TRIGGERS["stop_the_robot"])


def test_a_stop_takes_effect_and_is_measured_at_its_own_moment(core, clock):
    assert send_lift(core, 0.9).success
    clock.now_s += 0.4321  # between two periods, and nobody asked meanwhile
    stop(core)
    clock.now_s += 5.0
    assert lift(core) == pytest.approx(0.6 + 0.15 * 0.4321, abs=1e-9)
    assert core.journal()["longest_pause_s"] == pytest.approx(5.0)
    ((begin_s, end_s),) = core.journal()["motions"]
    assert (begin_s, end_s) == pytest.approx((100.0, 100.4321), abs=1e-9)


def test_a_motion_ends_at_its_target_to_a_control_period(core, clock):
    send_lift(core, 0.63)  # 0.2 s at 0.15 m/s
    clock.now_s += 1.0
    ((_, end_s),) = core.journal()["motions"]
    assert end_s == pytest.approx(100.2, abs=0.0051)


def test_same_calls_give_the_same_journal(clock):
    def play():
        clock.now_s = 5.0
        core = StandinCore(DriverConfig(), SyntheticCamera(3, 32, 32), 3, clock)
        core.service("activate_streaming_position", TRIGGERS["activate_streaming_position"])
        core.set_faults(Faults(image_drop_fraction=0.5))
        for index in range(20):
            clock.now_s += 0.033
            core.take_image(index)
            core.due_images()
            send_lift(core, 0.6 + 0.01 * index)
        return core.journal()

    first = play()
    assert first == play()
    assert 3 < sum(event["kind"] == "image" for event in first["events"]) < 17


def test_journal_tells_a_hold_from_a_motion(core, clock):
    send_lift(core, 0.65)
    core.joint_pose_command(vector(core))
    core.joint_pose_command([0.0])
    reaches = [event["reach_m"] for event in core.journal()["events"] if event["kind"] == "command"]
    assert reaches == [pytest.approx(0.05), 0.0, None]
    core.joint_pose_command(vector(core, translate_mobile_base=-0.02))
    assert core.journal()["events"][-1]["reach_m"] == pytest.approx(0.02)


def test_slow_joints(core, clock):
    core.set_faults(Faults(speed_factor=0.1))
    send_lift(core, 0.9)
    clock.now_s += 1.0
    assert lift(core) == pytest.approx(0.615)


def test_a_stuck_joint_stays_and_does_not_leap_when_it_comes_free(core, clock):
    core.set_faults(Faults(stuck_joint=joints.LIFT))
    send_lift(core, 0.7, wrist_extension=0.2)
    clock.now_s += 2.0
    assert lift(core) == 0.6
    assert core.snapshot().positions[joints.EXTENSION] == pytest.approx(0.2)
    core.set_faults(Faults())
    clock.now_s += 1.0
    assert lift(core) == 0.6
    send_lift(core, 0.7)
    clock.now_s += 1.0
    assert lift(core) == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        (Faults(commands_refused=True), "fault of the stand-in"),
        (Faults(runstopped=True), "runstopped"),
        (Faults(unhomed=True), "not homed"),
        (Faults(mode="trajectory"), "trajectory"),
        (Faults(tool="tool_stretch_gripper"), "10 numbers; expected 8"),
        (Faults(tool="tool_unknown"), "tool_unknown"),
    ],
)
def test_faults_that_refuse_motion_end_it_and_clearing_them_does_not_bring_it_back(core, clock, faults, words):
    send_lift(core, 0.9)
    clock.now_s += 0.1
    core.set_faults(faults)
    before = lift(core)
    outcome = send_lift(core, 0.9)
    assert not outcome.success
    assert words in outcome.message
    if not (faults.commands_refused or faults.tool != "none"):  # those leave the motion before alone, as on a robot
        clock.now_s += 1.0
        core.set_faults(Faults())
        clock.now_s += 1.0
        assert lift(core) == before


def test_flags_tool_and_mode_are_told_as_the_faults_say(core):
    core.set_faults(Faults(unhomed=True, runstopped=True, tool="tool_none"))
    status = core.status()
    assert (status.is_homed, status.is_runstopped, status.mode, status.tool) == (False, True, "runstopped", "tool_none")
    core.set_faults(Faults())
    status = core.status()
    assert (status.is_homed, status.is_runstopped, status.mode, status.tool) == (True, False, "position", TOOL)
    core.set_faults(Faults(status_stopped=True))
    assert core.status() is None
    core.set_faults(Faults(mode="navigation"))
    core.set_faults(Faults())
    assert core.status().mode == "navigation"  # nobody switched back


def test_services_can_be_refused(core, clock):
    send_lift(core, 0.9)
    core.set_faults(Faults(services_refused=True))
    assert not stop(core).success
    clock.now_s += 0.1
    assert lift(core) == pytest.approx(0.615)
    core.set_faults(Faults(unhomed=True))
    assert not core.service("stow_the_robot", TRIGGERS["stow_the_robot"]).success


def test_joint_states_and_odometry_as_the_faults_say(core, clock):
    send_lift(core, 0.9, translate_mobile_base=0.3)
    clock.now_s += 0.1
    core.set_faults(Faults(joint_states="frozen", odometry="frozen"))
    told = core.joint_states().positions[joints.LIFT], core.odometry().base_position_m
    assert told == pytest.approx((0.615, 0.02))
    clock.now_s += 0.5
    assert (core.joint_states().positions[joints.LIFT], core.odometry().base_position_m) == told
    assert lift(core) == pytest.approx(0.69)
    core.set_faults(Faults(joint_states="nan", odometry="nan"))
    assert math.isnan(core.joint_states().positions[joints.LIFT])
    assert math.isnan(core.odometry().base_position_m)
    core.set_faults(Faults(joint_states="stopped", odometry="stopped"))
    assert core.joint_states() is None
    assert core.odometry() is None
    core.set_faults(Faults(joint_state_drop_fraction=0.5))
    told = [core.joint_states() is not None for _ in range(200)]
    assert 70 < sum(told) < 130
    assert core.odometry().base_position_m == pytest.approx(0.12)


def test_pictures_follow_the_robot_and_come_with_their_stamp(core, clock):
    core.take_image(1_000)
    send_lift(core, 0.7)
    clock.now_s += 1.0
    core.take_image(2_000)
    first, second = core.due_images()
    assert (first.stamp_ns, second.stamp_ns) == (1_000, 2_000)
    # 0.1 m up: the wall moves down by 200 pixels, so row 200 - 32 of the wall... no row of the first is in the second
    assert abs(first.pixels.astype(int) - second.pixels).mean() > 20
    assert [event["is_true"] for event in core.journal()["events"] if event["kind"] == "image"] == [True, True]


def test_reset_places_the_robot_and_forgets_its_goal(core, clock):
    send_lift(core, 0.9)
    clock.now_s += 0.5
    core.reset()
    clock.now_s += 0.5
    assert lift(core) == 0.6
    assert core.journal()["motions"] == []
    assert core.snapshot().time_s == pytest.approx(1.0)
    assert core.snapshot().is_streaming_position
