"""The output for the driver's action server, against a pretended server: control_msgs is not needed."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest
from action_msgs.msg import GoalInfo, GoalStatus, GoalStatusArray
from fake_node import FakeNode
from rclpy.task import Future
from trajectory_msgs.msg import JointTrajectory
from unique_identifier_msgs.msg import UUID

from vinn_ros.stretch_bridge.inputs import DriverStatus
from vinn_ros.stretch_bridge.outputs import follow_joint_trajectory
from vinn_ros.stretch_bridge.outputs.follow_joint_trajectory import ACTION, FollowJointTrajectoryOutput
from vinn_training.exceptions import MissingDependency
from vinn_training.kinematics import joints
from vinn_training.kinematics.driver_vector import decode

TOOL = "tool_stretch_dex_wrist"
ABORTED = GoalStatus.STATUS_ABORTED


def values(lift_m: float, finger_rad: float = 0.05) -> dict[str, float]:
    return decode(TOOL, [0.1, lift_m, 0.0, 0.0, 0.0, 0.0, 0.0, finger_rad, 0.01, 0.0])


class Goal:
    def __init__(self) -> None:
        self.trajectory = JointTrajectory()


class Sent:
    """A goal at the pretended server."""

    def __init__(self, goal: Goal, goal_id: UUID) -> None:
        self.trajectory, self.goal_id = goal.trajectory, goal_id
        self.answer, self.result = Future(), Future()
        self.cancelled = 0

    def accept(self, accepted: bool = True) -> None:
        handle = SimpleNamespace(
            accepted=accepted, get_result_async=lambda: self.result, cancel_goal_async=self._cancel
        )
        self.answer.set_result(handle)

    def end(self, status: int, code: int = 0, text: str = "") -> None:
        result = SimpleNamespace(error_code=code, error_string=text)
        self.result.set_result(SimpleNamespace(status=status, result=result))

    def lift(self) -> float:
        return self.trajectory.points[0].positions[self.trajectory.joint_names.index(joints.LIFT)]

    def _cancel(self) -> None:
        self.cancelled += 1


class Client:
    """The pretended server's client."""

    def __init__(self, *_: object, **__: object) -> None:
        self.sent: list[Sent] = []
        self.is_ready = True

    def server_is_ready(self) -> bool:
        return self.is_ready

    def send_goal_async(self, goal: Goal, goal_uuid: UUID) -> Future:
        self.sent.append(Sent(goal, goal_uuid))
        return self.sent[-1].answer


class World:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = 100.0
        monkeypatch.setattr(follow_joint_trajectory, "_action_type", lambda: SimpleNamespace(Goal=Goal))
        monkeypatch.setattr(follow_joint_trajectory, "ActionClient", Client)
        monkeypatch.setattr(follow_joint_trajectory.time, "monotonic", lambda: self.now_s)
        self.node = FakeNode()
        self.output = FollowJointTrajectoryOutput(self.node, None, slide_mps=0.1, turn_radps=1.0)
        self.output.joint_states(values(0.6))

    @property
    def sent(self) -> list[Sent]:
        return self.output._client.sent

    def send(self, lift_m: float) -> dict[str, float]:
        self.now_s += 1.0
        return self.output.send(values(lift_m), TOOL)

    def status(self, goal_id: UUID, status: int) -> None:
        row = GoalStatus(goal_info=GoalInfo(goal_id=goal_id), status=status)
        self.node.callbacks[f"{ACTION}/_action/status"](GoalStatusArray(status_list=[row]))


@pytest.fixture
def world(monkeypatch) -> World:
    return World(monkeypatch)


def test_one_point_with_a_sensible_time(world):
    told = world.send(0.65)
    (goal,) = world.sent
    (point,) = goal.trajectory.points
    assert dict(zip(goal.trajectory.joint_names, point.positions, strict=True)) == told
    assert told[joints.LIFT] == 0.65
    assert told[joints.BASE] == 0.01
    assert point.time_from_start.nanosec == 500_000_000  # 5 cm at 0.1 m/s


def test_a_goal_too_early_waits_for_the_poll_and_the_newest_is_sent(world):
    world.send(0.61)
    world.output.send(values(0.62), TOOL)
    world.output.send(values(0.63), TOOL)
    assert world.output.poll() is None
    assert len(world.sent) == 1
    world.now_s += 0.25
    assert world.output.poll() is None
    assert [goal.lift() for goal in world.sent] == [0.61, 0.63]


def test_a_stop_cancels_every_goal_the_driver_may_still_follow_and_stops_the_motors(world):
    world.send(0.61)
    world.sent[0].accept()
    world.send(0.62)  # not answered yet
    world.output.send(values(0.63), TOOL)  # waits
    world.output.hold(None, DriverStatus())
    assert world.node.called == ["stop_the_robot"]
    assert world.sent[0].cancelled == 1
    world.sent[1].accept()
    assert world.sent[1].cancelled == 1  # as soon as the driver has taken it
    world.now_s += 1.0
    world.output.poll()
    assert len(world.sent) == 2
    world.sent[0].end(GoalStatus.STATUS_CANCELED)
    world.sent[1].end(GoalStatus.STATUS_CANCELED)
    assert world.output.poll() is None  # our own doing


def test_after_a_stop_the_fingers_are_told_again(world):
    assert joints.FINGER_LEFT in world.send(0.61)
    assert joints.FINGER_LEFT not in world.send(0.62)
    world.output.hold(None, DriverStatus())
    assert joints.FINGER_LEFT in world.send(0.63)


def test_only_how_the_newest_goal_ends_counts_and_it_is_told_once(world):
    world.send(0.61)
    world.sent[0].accept()
    world.send(0.62)
    world.sent[1].accept()
    world.sent[0].end(ABORTED)  # it made way for the second
    assert world.output.poll() is None
    world.sent[1].end(ABORTED, -1, "mode=homing")
    assert "mode=homing" in world.output.poll()
    assert world.output.poll() is None


def test_a_refused_goal_is_told(world):
    world.send(0.61)
    world.sent[0].accept(False)
    assert "refused the motion" in world.output.poll()
    assert world.output.poll() is None


def test_one_goal_that_came_too_near_the_last_is_no_stop_and_two_are(world):
    world.send(0.61)
    world.sent[0].accept()
    for lift_m in (0.62, 0.63):
        world.now_s += 0.25
        world.output.send(values(lift_m), TOOL)
    world.sent[1].accept(False)
    assert world.output.poll() is None
    assert joints.FINGER_LEFT not in world.sent[2].trajectory.joint_names
    world.sent[2].accept(False)
    assert "refused the motion" in world.output.poll()


def test_a_reached_goal_is_no_news(world):
    world.send(0.61)
    world.sent[0].accept()
    world.sent[0].end(GoalStatus.STATUS_SUCCEEDED)
    assert world.output.poll() is None


def test_a_goal_without_an_answer_is_told(world):
    world.send(0.61)
    world.now_s += 1.9
    assert world.output.poll() is None
    world.now_s += 0.2
    assert "has not answered a goal" in world.output.poll()
    world.output.hold(None, DriverStatus())
    assert world.output.poll() is None


def test_a_missing_server_is_waited_for(world):
    world.output._client.is_ready = False
    assert f"waiting for the action server /{ACTION}" in world.output.poll()


def test_anothers_goal_forbids_to_move_as_long_as_it_is_executed(world):
    world.send(0.61)
    world.status(world.sent[0].goal_id, GoalStatus.STATUS_EXECUTING)
    assert world.output.refusal() is None  # ours
    other = UUID(uuid=[7] * 16)
    world.status(other, GoalStatus.STATUS_EXECUTING)
    assert "another client's goal" in world.output.refusal()
    assert world.output.poll() == world.output.refusal()
    world.status(other, GoalStatus.STATUS_SUCCEEDED)
    assert world.output.poll() is None


def test_anothers_goal_that_was_over_at_once_is_told_too(world):
    other = UUID(uuid=[7] * 16)
    world.status(other, GoalStatus.STATUS_EXECUTING)
    world.status(other, GoalStatus.STATUS_ABORTED)
    assert "another client's goal" in world.output.poll()
    assert world.output.refusal() is None
    assert world.output.poll() is None


def test_other_clients_are_named(world):
    assert world.output.warning() is None
    world.node.listeners = ["keyboard_teleop"]
    assert "/keyboard_teleop" in world.output.warning()


def test_without_control_msgs_it_is_told_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "control_msgs.action", None)
    monkeypatch.setenv("ROS_DISTRO", "humble")
    with pytest.raises(MissingDependency, match="ros-humble-control-msgs"):
        FollowJointTrajectoryOutput(FakeNode(), None, 0.1, 1.0)
