"""The check's order of events against a pretended bridge and robot in simulated time."""

from __future__ import annotations

import numpy as np
import pytest

from vinn_ros.mount_check.core import Command, MountCheckCore, Schedule
from vinn_training.evaluation.mount_check.jog import ORDER, direction_of
from vinn_training.kinematics import joints

DT_S = 0.02
#: Columns: right, down and forward of the pretended camera in base_link.
ROTATION = np.array([[-1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, -1.0, 0.0]])


class World:
    """A bridge that acts on one action at a time, and a robot that takes 0.3 s for a motion."""

    def __init__(self, schedule: Schedule | None = None, busy_s: float = 0.05) -> None:
        self.now_s = 50.0
        self.core = MountCheckCore(schedule or Schedule())
        self.busy_s = busy_s
        self.place_m = np.array([0.0, -0.2, 0.7])
        self.goal_m = self.place_m.copy()
        self.busy_until_s = 0.0
        self.moved: list[str] = []
        self.asked = 0
        self.stop_reason = ""
        self.answers = True
        self.blocked = False
        self.yaw_rad = 0.0
        self.images = True
        self.image_age_s = 0.06
        self.pictures: list[float] = []

    def run(self, duration_s: float) -> World:
        for tick in range(round(duration_s / DT_S)):
            self.now_s += DT_S
            way = self.goal_m - self.place_m
            length = float(np.linalg.norm(way))
            self.place_m = self.place_m + way * min(1.0, 0.08 * DT_S / length if length else 1.0)
            positions = {joints.LIFT: self.place_m[2], joints.EXTENSION: -self.place_m[1]}
            positions |= dict.fromkeys(joints.WRIST, 0.0)
            self.core.joint_states(positions, self.now_s)
            self.core.odometry(float(self.place_m[0]), 0.0, self.yaw_rad, self.now_s)
            if self.images and tick % 4 == 0:
                self._image()
            self.core.tick(self.now_s)
        return self

    def _image(self) -> None:
        taken_s = self.now_s - self.image_age_s
        stamp_ns = round(1e9 * taken_s)
        speed = float(np.linalg.norm(self.goal_m - self.place_m))

        def load() -> np.ndarray:
            self.pictures.append(speed)
            return np.full((8, 8, 3), len(self.moved), dtype=np.uint8)

        fraction = self.core.image(stamp_ns, taken_s, load, self.now_s)
        assert np.linalg.norm(fraction) <= 1.0
        self.asked += bool(fraction.any())
        if self.stop_reason:
            self.core.command(Command(stamp_ns, np.zeros(3), (), True, self.stop_reason), self.now_s)
        elif self.answers and self.now_s >= self.busy_until_s:
            self._act(stamp_ns, fraction)

    def _act(self, stamp_ns: int, fraction: np.ndarray) -> None:
        requested_m = ROTATION @ fraction * self.core.schedule.step_length_m
        self.busy_until_s = self.now_s + self.busy_s + (0.4 if fraction.any() else 0.0)
        if fraction.any():
            axis = int(np.abs(fraction).argmax())
            self.moved.append(f"{'+' if fraction[axis] > 0 else '-'}{'xyz'[axis]}")
            if not self.blocked:
                self.goal_m = self.goal_m + requested_m
        self.core.command(Command(stamp_ns, requested_m, ("a limit",) if self.blocked else ()), self.now_s)


def test_goes_along_each_axis_and_back_and_knows_how_far() -> None:
    world = World().run(30.0)

    assert world.core.state == "done"
    assert world.moved == list(ORDER) == [jog.name for jog in world.core.jogs]
    for jog in world.core.jogs:
        expected_m = ROTATION @ direction_of(jog.name) * 0.025
        np.testing.assert_allclose(jog.requested_base_m, expected_m, atol=1e-12)
        np.testing.assert_allclose(jog.moved_base_m, expected_m, atol=1e-6)
        assert jog.gain == pytest.approx(1.0)
    np.testing.assert_allclose(world.goal_m, [0.0, -0.2, 0.7], atol=1e-12)


def test_a_bridge_with_short_steps_takes_several_for_one_way() -> None:
    world = World(Schedule(distance_m=0.025, step_length_m=0.01)).run(90.0)

    assert world.core.state == "done"
    assert world.moved == [name for name in ORDER for _ in range(3)]
    assert len(world.pictures) == len(ORDER) + 1
    for jog in world.core.jogs:
        np.testing.assert_allclose(jog.moved_base_m, ROTATION @ direction_of(jog.name) * 0.025, atol=1e-6)
        np.testing.assert_allclose(jog.requested_base_m, jog.moved_base_m, atol=1e-6)


def test_never_comes_nearer_than_its_start_and_never_lower() -> None:
    world = World()
    lowest, nearest = world.place_m[2], world.place_m[1]
    for _ in range(1000):
        world.run(0.03)
        lowest, nearest = min(lowest, world.place_m[2]), min(nearest, world.place_m[1])

    assert world.core.state == "done"
    assert lowest > 0.7 - 1e-9
    assert nearest > -0.2 - 1e-9


def test_pictures_are_of_a_robot_at_rest_and_of_the_right_motion() -> None:
    world = World().run(30.0)

    assert max(world.pictures) < 1e-9
    assert [int(jog.before[0, 0, 0]) for jog in world.core.jogs] == list(range(6))
    assert [int(jog.after[0, 0, 0]) for jog in world.core.jogs] == list(range(1, 7))


@pytest.mark.parametrize("busy_s", [0.3, 0.7, 1.1])
def test_an_action_that_a_busy_bridge_passed_over_is_asked_for_again_and_done_once(busy_s: float) -> None:
    world = World(busy_s=busy_s).run(120.0)

    assert world.core.state == "done"
    assert world.moved == list(ORDER)
    assert world.asked > len(ORDER)


def test_old_pictures_are_not_taken_for_the_state_after_a_motion() -> None:
    world = World()
    world.image_age_s = 1.5
    world.run(60.0)

    assert world.core.state == "done"
    assert [int(jog.after[0, 0, 0]) for jog in world.core.jogs] == list(range(1, 7))


def test_a_stop_ends_the_check_and_nothing_is_asked_for_any_more() -> None:
    world = World().run(4.0)
    world.stop_reason = "the robot is runstopped"
    world.run(1.0)
    asked = world.asked
    world.stop_reason = ""
    world.run(10.0)

    assert world.core.state == "failed"
    assert world.core.problem == "the bridge stopped: the robot is runstopped"
    assert world.asked == asked


def test_a_bridge_that_still_sets_its_driver_up_is_waited_for() -> None:
    world = World()
    world.stop_reason = "waiting for streaming"
    world.run(3.0)
    world.stop_reason = ""
    world.run(30.0)

    assert world.core.state == "done"


def test_what_cannot_go_on_is_given_up_with_the_reason() -> None:
    silent = World()
    silent.answers = False
    blind = World()
    blind.images = False
    must_enable = World()
    must_enable.stop_reason = "it was late; enable the bridge again to go on"

    assert "did not answer" in silent.run(30.0).core.problem
    assert "no picture" in blind.run(30.0).core.problem
    assert "enable the bridge again" in must_enable.run(30.0).core.problem
    assert "always busy" in World(Schedule(most_attempts=3), busy_s=5.0).run(200.0).core.problem


def test_a_robot_that_never_rests_is_given_up() -> None:
    world = World()
    for _ in range(900):
        world.goal_m = world.goal_m + 0.002
        world.run(0.04)
        if world.core.is_over:
            break

    assert "no picture of the robot at rest" in world.core.problem
    assert not world.moved


def test_limits_and_turns_are_noted() -> None:
    world = World()
    world.blocked = True
    world.run(4.0)
    world.yaw_rad = 0.1
    world.run(30.0)

    assert world.core.state == "done"
    assert all(jog.clipped == ("a limit",) for jog in world.core.jogs)
    assert max(jog.turned_rad for jog in world.core.jogs) == pytest.approx(0.1)
    assert world.core.jogs[0].gain == pytest.approx(0.0)
