"""Many random and hostile actions through the controller, judged by a checker that shares nothing with it."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinn_training.contracts import GripperState
from vinn_training.kinematics import joints
from vinn_training.kinematics.controller import CartesianController, CartesianControllerConfig
from vinn_training.kinematics.descriptions import RobotDescription
from vinn_training.kinematics.limits.workspace_box import WorkspaceBox
from vinn_training.kinematics.tool_mount import mount_on, tool_links

#: Ranges and largest steps of a Stretch, written down here a second time.
RANGES = {
    joints.BASE: (-10.0, 10.0),
    joints.LIFT: (0.0, 1.1),
    joints.EXTENSION: (0.0, 0.52),
    joints.WRIST_YAW: (-1.75, 4.0),
    joints.WRIST_PITCH: (-1.57, 0.56),
    joints.WRIST_ROLL: (-3.14, 3.14),
}
STEPS = {joints.BASE: 0.15, joints.LIFT: 0.15, joints.EXTENSION: 0.15}
WRIST_STEP = 0.35
EXACT = 1e-9

#: No help from the workspace box: joints, steps and collisions alone must do.
EVERYWHERE = WorkspaceBox((-20.0, -20.0, -20.0), (20.0, 20.0, 20.0))


def controller_of(name: str) -> CartesianController:
    description = RobotDescription.from_package(name)
    tool = tool_links(description)
    return CartesianController(
        CartesianControllerConfig(
            description=name,
            camera_mount=mount_on(description, tool.camera_link),
            grasp_link=tool.grasp_link,
            workspace=EVERYWHERE,
        )
    )


def targets_of(step, names, base_m: float) -> dict[str, float]:
    value = {
        joints.BASE: base_m + step.targets.base_translate_m,
        joints.LIFT: step.targets.lift_m,
        joints.EXTENSION: step.targets.arm_m,
        joints.WRIST_YAW: step.targets.wrist_yaw_rad,
        joints.WRIST_PITCH: step.targets.wrist_pitch_rad,
        joints.WRIST_ROLL: step.targets.wrist_roll_rad,
    }
    return {name: value[name] for name in names}


def with_fingers(values: dict[str, float], finger_rad: float) -> dict[str, float]:
    return {**values, joints.FINGER_LEFT: finger_rad, joints.FINGER_RIGHT: finger_rad}


def violations(step, before: dict[str, float], finger_rad: float, checker) -> list[str]:
    """What is wrong with one answer of the controller, given where the robot was (free of collision)."""
    if step.targets is None:
        return [] if not step.success and step.reason else ["no targets and no reason"]
    after = targets_of(step, before, before[joints.BASE])
    found = []
    for name, value in after.items():
        low, high = RANGES[name]
        if not low - EXACT <= value <= high + EXACT:
            found.append(f"{name} sent to {value}")
        if not abs(value - before[name]) <= STEPS.get(name, WRIST_STEP) + EXACT:
            found.append(f"{name} sent {value - before[name]} on")
    for part in np.linspace(0.0, 1.0, 6)[1:]:
        between = {name: before[name] + part * (after[name] - before[name]) for name in before}
        for finger in {finger_rad, step.targets.gripper_rad}:
            if checker.is_hit(with_fingers(between, finger)):
                found.append(f"collision at {part:.1f} of the way from {before} to {after}, fingers {finger}")
    return found


class Robot:
    """Follows commands, more or less."""

    def __init__(self, controller, checker, rng) -> None:
        self.controller, self.checker, self.rng = controller, checker, rng
        self.place()

    def place(self) -> None:
        """Anywhere in the ranges, free of collision, as after somebody moved it there."""
        names = self.controller.robot.joint_names
        while True:
            self.at = {name: float(self.rng.uniform(*RANGES[name])) for name in names}
            self.at[joints.BASE] = 0.0
            self.finger_rad = float(self.rng.uniform(-0.2, 0.3)) if self.controller.robot.has_fingers else 0.0
            if not self.checker.is_hit(with_fingers(self.at, self.finger_rad)):
                break
        self.controller.reset(self.states(), 0.0)

    def states(self) -> dict[str, float]:
        return {name: v for name, v in with_fingers(self.at, self.finger_rad).items() if name != joints.BASE}

    def follow(self, step) -> None:
        part = float(self.rng.choice([1.0, 1.0, 0.9, 0.3]))
        after = targets_of(step, self.at, self.at[joints.BASE])
        self.at = {name: value + part * (after[name] - value) for name, value in self.at.items()}
        self.finger_rad += part * (step.targets.gripper_rad - self.finger_rad)


def actions(rng, count: int):
    """Random directions and sizes, with everything that a broken policy could send among them."""
    push = rng.normal(size=3)
    for number in range(count):
        if number % 40 == 0:  # for some time straight on, until something is in the way
            push = rng.normal(size=3) * 0.05
        kind = rng.integers(0, 12)
        action = push.copy()
        if kind == 0:
            action = rng.normal(size=3) * 10.0 ** rng.uniform(-3, 3)
        elif kind == 1:
            action[rng.integers(0, 3)] = rng.choice([math.nan, math.inf, -math.inf])
        elif kind == 2:
            action = rng.choice([1e308, -1e308, 1e150, 1e-308, 5e-324, -5e-324, 0.0], size=3)
        elif kind == 3:
            action = np.array([0.0, 0.0, 0.08]) * (-1) ** number
        elif kind == 4:
            action = rng.choice([-0.08, 0.0, 0.08], size=3)
        yield action, GripperState(int(rng.choice([state.value for state in GripperState])))


def hostile_run(name: str, checker, count: int, seed: int) -> tuple[list[str], Counter]:
    rng = np.random.default_rng(seed)
    controller = controller_of(name)
    robot = Robot(controller, checker, rng)
    found: list[str] = []
    tally: Counter = Counter()
    for number, (action, gripper) in enumerate(actions(rng, count)):
        if number % 200 == 199:
            robot.place()
        step = controller.step(action, gripper, robot.states(), robot.at[joints.BASE])
        found += violations(step, robot.at, robot.finger_rad, checker)
        tally["refused" if step.targets is None else "reached" if step.reached else "shortened"] += 1
        tally["kept apart"] += any("apart" in line or "meet" in line for line in step.clipped)
        if step.targets is not None:
            robot.follow(step)
    return found, tally


@pytest.mark.parametrize("name", ["RE1V0/tool_stretch_dex_wrist", "SE3/eoa_wrist_dw3_tool_sg3"])
def test_no_action_leaves_the_limits_or_hits_the_robot(name, checkers):
    found, tally = hostile_run(name, checkers(name), 250, seed=7)
    assert found == []
    assert tally["reached"] > 50
    assert tally["refused"] > 10
    assert tally["kept apart"] > 0  # otherwise the run proves nothing about collisions


@pytest.mark.full
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(
    "name",
    [
        "RE1V0/tool_stretch_dex_wrist",
        "RE1V0/tool_stretch_gripper",
        "RE2V0/eoa_wrist_dw3_tool_sg3",
        "SE3/eoa_wrist_dw3_tool_sg3",
        "SE3/eoa_wrist_dw3_tool_tablet_12in",
    ],
)
def test_100_000_actions_leave_no_limit_and_hit_nothing(name, seed, checkers):
    found, tally = hostile_run(name, checkers(name), 2000, seed)
    print(name, seed, dict(tally))
    assert found == []


def test_the_checker_sees_what_the_controller_prevents(checkers):
    """Without the collision model the same checker finds collisions: it is not blind."""
    name = "RE1V0/tool_stretch_dex_wrist"
    config = CartesianControllerConfig(workspace=EVERYWHERE, self_collision=False)
    controller = CartesianController(config)
    at = {joints.BASE: 0.0, joints.LIFT: 0.15, joints.EXTENSION: 0.0, joints.WRIST_YAW: 2.6}
    at |= {joints.WRIST_PITCH: 0.0, joints.WRIST_ROLL: 0.0}
    checker = checkers(name)
    assert not checker.is_hit(with_fingers(at, 0.05))
    states = {k: v for k, v in with_fingers(at, 0.05).items() if k != joints.BASE}
    controller.reset(states)
    hits = []
    for _ in range(4):
        step = controller.step([0.0, 0.04, 0.0], GripperState.UNKNOWN, states, 0.0)
        hits += violations(step, at, 0.05, checker)
        at = targets_of(step, at, 0.0)
        states = {k: v for k, v in with_fingers(at, 0.05).items() if k != joints.BASE}
    assert any("collision" in line for line in hits)


@pytest.fixture(scope="module")
def shared() -> CartesianController:
    return controller_of("RE1V0/tool_stretch_dex_wrist")


hostile = st.one_of(st.floats(), st.floats(-0.2, 0.2), st.sampled_from([5e-324, -5e-324, 1e308, 0.0]))


@settings(max_examples=80, deadline=None)
@given(
    deltas=st.lists(st.tuples(hostile, hostile, hostile), min_size=1, max_size=4),
    gripper=st.sampled_from(list(GripperState)),
    lift=st.floats(0.0, 1.1),
    arm=st.floats(0.0, 0.52),
    wrist=st.tuples(st.floats(-1.75, 4.0), st.floats(-1.57, 0.56), st.floats(-3.14, 3.14)),
    finger=st.floats(-0.2, 0.4),
)
def test_any_sequence_of_actions_is_safe(shared, checkers, deltas, gripper, lift, arm, wrist, finger):
    checker = checkers("RE1V0/tool_stretch_dex_wrist")
    values = (0.0, lift, arm, *wrist)
    at = dict(zip(shared.robot.joint_names, values, strict=True))
    if checker.is_hit(with_fingers(at, finger)):
        return
    states = {k: v for k, v in with_fingers(at, finger).items() if k != joints.BASE}
    shared.reset(states, 0.0)
    for delta in deltas:
        step = shared.step(delta, gripper, states, at[joints.BASE])
        assert violations(step, at, finger, checker) == []
        if step.targets is not None:
            at = targets_of(step, at, at[joints.BASE])
            finger = step.targets.gripper_rad
            states = {k: v for k, v in with_fingers(at, finger).items() if k != joints.BASE}
