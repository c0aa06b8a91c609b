"""Whatever happens in whatever order: what must never happen."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from world import DT_S, World

from vinn_ros.stretch_bridge.commands import Move, Stop
from vinn_ros.stretch_bridge.config import BridgeConfig
from vinn_ros.stretch_bridge.inputs import ActionInput
from vinn_training.contracts import GripperState
from vinn_training.kinematics import joints

RANGES = {
    joints.LIFT: (0.0, 1.1),
    joints.EXTENSION: (0.0, 0.52),
    joints.WRIST_YAW: (-1.75, 4.0),
    joints.WRIST_PITCH: (-1.57, 0.56),
    joints.WRIST_ROLL: (-3.14, 3.1416),
}
SPEEDS = {joints.LIFT: 0.15, joints.EXTENSION: 0.2, **dict.fromkeys(joints.WRIST, 2.0)}
STEPS = {joints.LIFT: 0.15, joints.EXTENSION: 0.15, **dict.fromkeys(joints.WRIST, 0.35)}


class StrictWorld(World):
    """Looks at every command as it is sent."""

    def __init__(self, controller, config: BridgeConfig) -> None:
        super().__init__(controller, config)
        self.may_move = False
        self._last: tuple[float, Move] | None = None
        self._pose_was_going = False

    def enable(self) -> None:
        paused = self.core.state == "paused"
        self.core.enable(self.now_s)
        self.may_move = self.may_move or not paused

    def resume(self) -> None:
        disabled = self.core.state == "disabled"
        self.core.resume(self.now_s)
        self.may_move = self.may_move or not disabled

    def disable(self) -> None:
        self._do(self.core.disable("off", self.now_s))
        self.may_move, self._last = False, None

    def pause(self) -> None:
        self._do(self.core.pause("look", self.now_s))
        if self.core.state == "paused":
            self.may_move = False

    def pose(self, targets: dict[str, float]) -> None:
        if self.core.begin_pose(targets, self.now_s) is None:
            self._last, self._pose_was_going = None, True

    def set_mode(self, mode: Any) -> None:
        self.core.config = replace(self.core.config, mode=mode)

    def an_action_of(self, action: ActionInput) -> None:
        self._do(self.core.action(action, self.now_s))

    def _do(self, result: Move | Stop | None) -> None:
        if isinstance(result, Move):
            self._check(result)
        elif isinstance(result, Stop):
            self._last = None
            resumes_itself = self.core.config.auto_resume and self.core.state == "holding" and not self._pose_was_going
            if not result.announce_only and not resumes_itself:
                self.may_move = False
        self._pose_was_going = self.core.pose_state == "going"
        super()._do(result)

    def _check(self, move: Move) -> None:
        assert self.may_move, "a command after a stop, or without leave"
        assert self.core.state == "moving"
        is_stream = self.core.config.mode == "continuous" or self.core.pose_state == "going"
        for name, (low, high) in RANGES.items():
            value = move.values[name]
            assert low - 1e-9 <= value <= high + 1e-9, name
            assert abs(value - self.position[name]) <= STEPS[name] + 1e-6, name
            if is_stream and self._last is not None:
                most = SPEEDS[name] * (self.now_s - self._last[0])
                assert abs(value - self._last[1].values[name]) <= most + 1e-6, name
        assert -0.6 <= move.values[joints.FINGER_LEFT] <= 0.6
        assert abs(move.values[joints.BASE]) <= 0.15 + 1e-6
        self._last = (self.now_s, move) if is_stream else None


wild = st.floats(allow_nan=True, allow_infinity=True)
sane = st.floats(-0.6, 0.6)
actions = st.builds(
    lambda xyz, age_s, frame, gripper, hold: partial(
        StrictWorld.an_action_of,
        action=ActionInput(age_s, frame, np.array(xyz), gripper, hold, "unfamiliar" if hold else ""),
    ),
    st.tuples(*[st.one_of(wild, sane)] * 3),
    st.one_of(wild, st.floats(0.0, 0.4)),
    st.sampled_from(["wrist_camera_optical_frame"] * 5 + ["", "map"]),
    st.sampled_from(list(GripperState)),
    st.sampled_from([False] * 5 + [True]),
)
poses = st.builds(
    lambda targets: partial(StrictWorld.pose, targets=targets),
    st.dictionaries(
        st.sampled_from([joints.LIFT, joints.EXTENSION, *joints.WRIST, joints.BASE, joints.FINGER_LEFT, "elbow"]),
        st.one_of(wild, st.floats(-0.3, 0.8)),
        max_size=4,
    ),
)
steered = st.builds(
    lambda xyz: lambda w: setattr(w, "translation", np.array(xyz) / max(1.0, float(np.linalg.norm(xyz)))),
    st.tuples(*[st.floats(-1.0, 1.0)] * 3),
)
people = st.sampled_from(
    [StrictWorld.enable, StrictWorld.resume, StrictWorld.enable, StrictWorld.pause, StrictWorld.disable]
)
faults = st.sampled_from(
    [
        lambda w: setattr(w, "driver_alive", not w.driver_alive),
        lambda w: setattr(w, "policy_alive", not w.policy_alive),
        lambda w: w.driver.runstop(True),
        lambda w: w.driver.runstop(False),
        lambda w: w.driver.switch_mode("navigation"),
        lambda w: w.driver.switch_mode("position"),
        lambda w: w.driver.deactivate_streaming_position(),
        lambda w: setattr(w, "joint_overrides", {joints.LIFT: math.nan}),
        lambda w: setattr(w, "joint_overrides", {}),
        lambda w: setattr(w, "odometry_delay_s", 0.3 - w.odometry_delay_s),
        lambda w: setattr(w.core, "contact", lambda efforts: "contact"),
        lambda w: setattr(w.core, "contact", None),
        lambda w: w._do(w.core.cancel_pose(w.now_s)),
        lambda w: w.set_mode("continuous"),
        lambda w: w.set_mode("step"),
    ]
)
waits = st.builds(lambda ticks: lambda w: w.run(ticks * DT_S), st.integers(1, 40))
events = st.lists(st.one_of(actions, poses, steered, people, faults, waits, waits, waits), max_size=25)


def live(controller, mode: Any, auto_resume: bool, happenings: list[Any]) -> StrictWorld:
    world = StrictWorld(controller, BridgeConfig(mode=mode, auto_resume=auto_resume, continuous_speed_m_s=0.15))
    world.activate(enabled=False)
    world.enable()
    world.run(0.5)
    for happening in happenings:
        happening(world)
        world.run(2 * DT_S)
    return world


hostile = given(mode=st.sampled_from(["step", "continuous"]), auto_resume=st.booleans(), happenings=events)
anything = partial(settings, deadline=None, suppress_health_check=list(HealthCheck))


@anything(max_examples=40)
@hostile
def test_no_motion_without_leave_nor_beyond_limits(controller, mode, auto_resume, happenings):
    live(controller, mode, auto_resume, happenings)


@pytest.mark.full
@pytest.mark.timeout(3600)
@anything(max_examples=2000)
@hostile
def test_no_motion_without_leave_nor_beyond_limits_at_length(controller, mode, auto_resume, happenings):
    live(controller, mode, auto_resume, happenings)


@pytest.mark.parametrize("mode", ["step", "continuous"])
def test_the_strict_world_does_move(controller, mode):
    """Otherwise the properties above would say nothing."""
    world = live(controller, mode, False, [lambda w: w.run(1.0)])
    assert len(world.moves) >= 2
    world.core.disable("off", world.now_s)
    world.run(0.2)
    world.enable()
    world.pose({joints.LIFT: 0.65})
    world.run(4.0)
    assert world.core.pose_state == "reached"


def test_the_strict_world_notices_a_motion_without_leave(controller):
    world = live(controller, "step", False, [])
    world.may_move = False
    with pytest.raises(AssertionError, match="after a stop"):
        world.run(2.0)
