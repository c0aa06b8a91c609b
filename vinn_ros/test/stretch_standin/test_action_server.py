"""The action server's callbacks against a pretended goal handle; the real one is in the bridge's test_interfaces.py."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from rclpy.action import GoalResponse

from vinn_ros.stretch_standin import action_server
from vinn_ros.stretch_standin.action_server import StandinActionServer
from vinn_ros.stretch_standin.core import StandinCore
from vinn_ros.stretch_standin.picture import SyntheticCamera
from vinn_training.kinematics import joints
from vinn_training.sim.driver_config import DriverConfig


class Handle:
    """A goal of one point, as the action server hands it over."""

    def __init__(self, **positions: float) -> None:
        point = SimpleNamespace(positions=list(positions.values()))
        self.request = SimpleNamespace(trajectory=SimpleNamespace(joint_names=list(positions), points=[point]))
        self.is_cancel_requested = False
        self.ended = ""

    def succeed(self) -> None:
        self.ended = "succeeded"

    def abort(self) -> None:
        self.ended = "aborted"

    def canceled(self) -> None:
        self.ended = "canceled"


class World:
    """A stand-in whose time passes where the server waits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(action_server, "ActionServer", lambda *_, **__: None)
        self.now_s = 10.0
        camera = SyntheticCamera(0, 16, 16)
        self.core: StandinCore | None = StandinCore(DriverConfig(), camera, 0, clock=lambda: self.now_s)
        kind = SimpleNamespace(Result=SimpleNamespace)
        self.server = StandinActionServer(None, kind, lambda: self.core, self._wait, None)
        self.while_waiting = lambda: None

    async def _wait(self, duration_s: float) -> None:
        self.now_s += duration_s
        self.while_waiting()

    def execute(self, handle: Handle) -> SimpleNamespace:
        routine = self.server._execute(handle)
        with pytest.raises(StopIteration) as end:
            routine.send(None)
        return end.value.value

    def journal(self) -> list[dict]:
        return [event for event in self.core.journal()["events"] if event["kind"] == "command"]


@pytest.fixture
def world(monkeypatch) -> World:
    return World(monkeypatch)


def test_a_goal_moves_the_robot_and_succeeds_when_it_is_there(world):
    handle = Handle(joint_lift=0.75, translate_mobile_base=0.02)
    assert world.server._offered(handle.request) == GoalResponse.ACCEPT
    result = world.execute(handle)
    assert (handle.ended, result.error_code) == ("succeeded", 0)
    assert world.now_s == pytest.approx(11.0, abs=0.2)  # 15 cm at 0.15 m/s
    assert world.core.snapshot().positions[joints.LIFT] == pytest.approx(0.75, abs=0.016)
    (event,) = world.journal()
    assert event["reach_m"] == pytest.approx(0.15)


def test_a_cancelled_goal_leaves_the_motors_on_their_way_as_the_driver_does(world):
    handle = Handle(joint_lift=0.9)

    def cancel() -> None:
        handle.is_cancel_requested = True

    world.while_waiting = cancel
    world.execute(handle)
    assert handle.ended == "canceled"
    world.now_s += 5.0
    assert world.core.snapshot().positions[joints.LIFT] == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("positions", "mode", "code"),
    [({"joint_elbow": 0.1}, "position", -2), ({"joint_lift": 0.7}, "navigation", -1)],
)
def test_what_the_driver_would_not_do_is_aborted_with_its_code(world, positions, mode, code):
    world.core.service(f"switch_to_{mode}_mode", lambda driver: driver.switch_mode(mode))
    handle = Handle(**positions)
    result = world.execute(handle)
    assert (handle.ended, result.error_code) == ("aborted", code)
    assert result.error_string
    assert not world.journal()[0]["accepted"]


def test_a_goal_too_soon_is_refused_and_noted(world):
    assert world.core.offer_goal()
    world.core.begin_goal([joints.LIFT], [[0.9]])
    world.now_s += 0.1
    assert world.server._offered(None) == GoalResponse.REJECT
    assert "too soon" in world.journal()[-1]["message"]
    world.now_s += 0.15
    assert world.server._offered(None) == GoalResponse.ACCEPT


def test_an_inactive_stand_in_takes_no_goals(world):
    world.core = None
    assert world.server._offered(None) == GoalResponse.REJECT
    handle = Handle(joint_lift=0.7)
    world.execute(handle)
    assert handle.ended == "aborted"


def test_a_trajectory_needs_no_mode_and_its_base_is_absolute(world):
    world.core.service("switch_to_navigation_mode", lambda driver: driver.switch_mode("navigation"))
    names = [joints.LIFT, joints.BASE]
    assert world.core.trajectory(names, [[0.7, 0.05]]).success
    world.now_s += 3.0
    assert world.core.trajectory(names, [[0.7, 0.05]]).success
    world.now_s += 3.0
    here = world.core.snapshot()
    assert (here.positions[joints.LIFT], here.base_position_m) == pytest.approx((0.7, 0.05))
    assert not world.core.trajectory(names, []).success
    assert not world.core.trajectory(["elbow"], [[0.1]]).success
