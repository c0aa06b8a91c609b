"""Many random and hostile actions through the bridge's core, judged by a checker that shares nothing with it."""

from __future__ import annotations

import importlib.util
import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinn_ros.stretch_bridge.config import BridgeConfig
from vinn_ros.stretch_bridge.core import BridgeCore, Move
from vinn_ros.stretch_bridge.inputs import ActionInput
from vinn_ros.stretch_bridge.kinematics import BridgeKinematics
from vinn_ros.stretch_bridge.settings import PARAMETERS
from vinn_training.contracts import WRIST_CAMERA_OPTICAL_FRAME, GripperState
from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import joints

NAME = "RE1V0/tool_stretch_dex_wrist"
#: Ranges and largest steps of a Stretch, written down here once more; no help from the workspace box.
RANGES = {
    joints.LIFT: (0.0, 1.1),
    joints.EXTENSION: (0.0, 0.52),
    joints.WRIST_YAW: (-1.75, 4.0),
    joints.WRIST_PITCH: (-1.57, 0.56),
    joints.WRIST_ROLL: (-3.14, 3.1416),
}
STEPS = {joints.LIFT: 0.15, joints.EXTENSION: 0.15, **dict.fromkeys(joints.WRIST, 0.35)}
BASE_STEP = 0.15
EXACT = 1e-9
VALUES = {spec.name: spec.default for spec in PARAMETERS} | {
    "workspace_lower_m": [-3.0, -3.0, -3.0],
    "workspace_upper_m": [3.0, 3.0, 3.0],
}
#: How the robot follows is the test's; no deadline is to end a motion.
CONFIG = BridgeConfig(
    step_length_m=0.08, auto_resume=True, max_image_age_s=9.0, max_action_age_s=9.0, max_joint_state_age_s=9.0,
    max_status_age_s=9.0,
)  # fmt: skip


def checker_of(name: str):
    """The kinematics' own tests have a checker by the triangles of the untouched description."""
    path = Path(__file__).resolve().parents[3] / "vinn_training" / "tests" / "kinematics" / "mesh_checker.py"
    spec = importlib.util.spec_from_file_location("mesh_checker", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.checker_of(name)


class Rig:
    """A core, and a robot that follows its commands more or less, in a time of its own."""

    def __init__(self, name: str, checker, rng) -> None:
        self.checker, self.rng, self.now_s = checker, rng, 100.0
        self.kinematics = BridgeKinematics(VALUES | {"robot_description": name})
        self.core = BridgeCore(self.kinematics, CONFIG)
        self.found: list[str] = []
        self.tally: Counter = Counter()
        self.names = [n for n in RANGES if n not in joints.WRIST[1:] or "dex" in name or "dw3" in name]
        self.base_m = 0.0
        self.place()

    def place(self) -> None:
        """Anywhere in the ranges, free of collision, as after somebody moved it there."""
        while True:
            self.at = {name: float(self.rng.uniform(*RANGES[name])) for name in self.names}
            self.finger_rad = float(self.rng.uniform(-0.2, 0.3))
            if not self.checker.is_hit(self.full(self.at, self.finger_rad)):
                break
        self.begin()

    def begin(self) -> None:
        """Enable the bridge where the robot is."""
        self.core.disable("the robot was moved", self.now_s)
        status = self.core.status
        status.mode, status.is_homed, status.is_runstopped, status.is_streaming = "position", True, False, True
        status.tool, status.heard_s = "tool_stretch_dex_wrist", self.now_s
        self.hear()
        self.core.setup.is_done = True
        self.core.enable(self.now_s)
        self.rest()

    @staticmethod
    def full(at: dict[str, float], finger_rad: float) -> dict[str, float]:
        return {**at, joints.FINGER_LEFT: finger_rad, joints.FINGER_RIGHT: finger_rad}

    def hear(self) -> None:
        self.core.status.heard_s = self.now_s
        self.core.joint_states(self.full(self.at, self.finger_rad), self.now_s)
        self.core.odometry(self.base_m, 0.0, 0.0, self.now_s)

    def rest(self) -> None:
        """Let time pass in which the robot is seen to stand still, and all that was begun is over."""
        for _ in range(3):
            self.now_s += 2.0
            self.hear()
            self.core.tick(self.now_s)

    def act(self, translation, gripper, frame=WRIST_CAMERA_OPTICAL_FRAME, image_age_s=0.01) -> None:
        self.now_s += 0.05
        self.hear()
        action = ActionInput(image_age_s, frame, np.array(translation, dtype=np.float64), gripper)
        result = self.core.action(action, self.now_s)
        if not isinstance(result, Move):
            self.tally["no motion"] += 1
            return
        self.tally["moved"] += 1
        self.tally["kept apart"] += any("apart" in line or "meet" in line for line in result.step.clipped)
        self.judge(result.values)
        self.follow(result.values)
        self.rest()

    def judge(self, values: dict[str, float]) -> None:
        if not all(math.isfinite(value) for value in values.values()):
            self.found.append(f"sent {values}")
        for name in self.names:
            low, high = RANGES[name]
            if not low - EXACT <= values[name] <= high + EXACT:
                self.found.append(f"{name} sent to {values[name]}")
            if not abs(values[name] - self.at[name]) <= STEPS[name] + EXACT:
                self.found.append(f"{name} sent {values[name] - self.at[name]} on")
        if not abs(values[joints.BASE]) <= BASE_STEP + EXACT:
            self.found.append(f"base sent {values[joints.BASE]} on")
        for part in np.linspace(0.0, 1.0, 6)[1:]:
            between = {name: self.at[name] + part * (values[name] - self.at[name]) for name in self.names}
            for finger_rad in {self.finger_rad, values[joints.FINGER_LEFT]}:
                if self.checker.is_hit(self.full(between, finger_rad)):
                    self.found.append(f"collision {part:.1f} of the way from {self.at} to {values}")

    def follow(self, values: dict[str, float]) -> None:
        part = float(self.rng.choice([1.0, 1.0, 0.9, 0.3]))
        self.at = {name: value + part * (values[name] - value) for name, value in self.at.items()}
        self.finger_rad += part * (values[joints.FINGER_LEFT] - self.finger_rad)
        self.base_m += part * values[joints.BASE]


def hostile_run(name: str, checker, count: int, seed: int) -> Rig:
    rng = np.random.default_rng(seed)
    rig = Rig(name, checker, rng)
    push = rng.normal(size=3)
    for number in range(count):
        if number % 200 == 199:
            rig.place()
        if number % 40 == 0:  # for some time straight on, until something is in the way
            push = rng.normal(size=3)
            push /= np.linalg.norm(push)
        kind = rng.integers(0, 14)
        action, frame, age_s = push.copy(), WRIST_CAMERA_OPTICAL_FRAME, 0.01
        if kind == 0:
            action = rng.normal(size=3) * 10.0 ** rng.uniform(-3, 3)
        elif kind == 1:
            action[rng.integers(0, 3)] = rng.choice([math.nan, math.inf, -math.inf])
        elif kind == 2:
            action = rng.choice([1e308, -1e308, 1e150, 1e-308, 5e-324, -5e-324, 0.0], size=3)
        elif kind == 3:
            action = np.array([0.0, 0.0, 1.0]) * (-1) ** number
        elif kind == 4:
            action = rng.choice([-0.577, 0.0, 0.577], size=3)
        elif kind == 5:
            frame, age_s = str(rng.choice(["map", ""])), float(rng.choice([math.nan, -math.inf, 1e9, -5.0]))
        elif kind == 6:
            with pytest.raises(InvalidInput):
                rig.core.joint_states({joints.LIFT: float(rng.choice([math.nan, math.inf]))}, rig.now_s)
        rig.act(action, GripperState(int(rng.choice([state.value for state in GripperState]))), frame, age_s)
    return rig


@pytest.fixture(scope="module")
def checker():
    return checker_of(NAME)


def test_no_action_leaves_the_limits_or_hits_the_robot(checker):
    rig = hostile_run(NAME, checker, 250, seed=3)
    assert rig.found == []
    assert rig.tally["moved"] > 100  # otherwise the run proves nothing
    assert rig.tally["no motion"] > 30
    assert rig.tally["kept apart"] > 0


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(10))
def test_100_000_actions_leave_no_limit_and_hit_nothing(checker, seed):
    rig = hostile_run(NAME, checker, 10_000, seed)
    print(seed, dict(rig.tally))
    assert rig.found == []


hostile = st.one_of(st.floats(), st.floats(-1.0, 1.0), st.sampled_from([5e-324, -5e-324, 1e308, 0.0]))


@pytest.fixture(scope="module")
def rig(checker):
    return Rig(NAME, checker, np.random.default_rng(0))


@settings(max_examples=40, deadline=None)
@given(
    actions=st.lists(st.tuples(hostile, hostile, hostile), min_size=1, max_size=4),
    gripper=st.sampled_from(list(GripperState)),
    at=st.tuples(*(st.floats(*RANGES[name]) for name in RANGES)),
    finger_rad=st.floats(-0.2, 0.4),
)
def test_any_sequence_of_actions_is_safe(rig, actions, gripper, at, finger_rad):
    rig.at, rig.finger_rad = dict(zip(RANGES, at, strict=True)), finger_rad
    if rig.checker.is_hit(rig.full(rig.at, finger_rad)):
        return
    rig.found.clear()
    rig.begin()
    for action in actions:
        rig.act(action, gripper)
        assert rig.found == []
