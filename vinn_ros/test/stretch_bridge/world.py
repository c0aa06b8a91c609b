"""A bridge core, the stand-in driver and a pretended policy in simulated time, without ROS."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable

import numpy as np

from vinn_ros.stretch_bridge.core import BridgeConfig, BridgeCore, Move, Stop
from vinn_ros.stretch_bridge.inputs import ActionInput
from vinn_training.contracts import WRIST_CAMERA_OPTICAL_FRAME, GripperState
from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import joints
from vinn_training.kinematics.driver_vector import encode
from vinn_training.sim.driver import StretchDriver
from vinn_training.sim.kinematic_robot import KinematicRobot

DT_S = 0.02
TOOL = "tool_stretch_dex_wrist"


class World:
    """Ticks of 20 ms. Every fault of the outside is a switch."""

    def __init__(self, controller, config: BridgeConfig | None = None, robot: KinematicRobot | None = None) -> None:
        self.now_s = 100.0
        self.robot = robot or KinematicRobot()
        self.driver = StretchDriver(self.robot)
        self.core = BridgeCore(controller, config or BridgeConfig(auto_resume=True))
        self.driver_alive = True
        self.policy_alive = True
        self.translation = np.array([0.0, 0.0, 0.8])
        #: From the positions in the picture to a translation; None for always `translation`.
        self.policy: Callable[[dict[str, float]], np.ndarray] | None = None
        self.gripper = GripperState.OPEN
        self.frame_id = WRIST_CAMERA_OPTICAL_FRAME
        self.hold_reason = ""
        self.fingerprint: tuple[float, ...] = ()
        self.latency_s = 0.1
        self.image_period_s = 0.1
        self.odometry_delay_s = 0.0
        self.joint_overrides: dict[str, float] = {}
        self.moves: list[tuple[float, Move]] = []
        self.stops: list[Stop] = []
        self.called: list[str] = []
        self._images: deque[tuple[float, dict[str, float]]] = deque()
        self._base_m: deque[float] = deque(maxlen=50)
        self._next_image_s = self.now_s

    def activate(self, enabled: bool = True) -> World:
        self.core.begin_setup(self.now_s)
        if enabled:
            self.core.enable(self.now_s)
        return self

    def run(self, duration_s: float) -> World:
        for _ in range(round(duration_s / DT_S)):
            self._tick()
        return self

    @property
    def commanded_stops(self) -> list[Stop]:
        return [stop for stop in self.stops if not stop.announce_only]

    @property
    def position(self) -> dict[str, float]:
        return {**self.driver.joint_positions(), joints.BASE: self.driver.base_position_m()}

    def _tick(self) -> None:
        self.now_s += DT_S
        self.driver.advance(DT_S)
        if self.driver_alive:
            self._hear_driver()
        self._act()
        service = self.core.next_service(self.now_s)
        if service is not None:
            self.called.append(service)
            if self.driver_alive:
                self._serve(service)
        self._do(self.core.tick(self.now_s))

    def _hear_driver(self) -> None:
        with contextlib.suppress(InvalidInput):
            self.core.joint_states({**self.driver.joint_positions(), **self.joint_overrides}, self.now_s)
        self._base_m.append(self.driver.base_position_m())
        late = min(len(self._base_m), 1 + round(self.odometry_delay_s / DT_S))
        self.core.odometry(self._base_m[-late], 0.0, 0.0, self.now_s)
        status = self.core.status
        status.mode, status.heard_s = self.driver.mode, self.now_s
        status.is_homed, status.is_runstopped = self.driver.is_homed, self.driver.is_runstopped
        status.is_streaming, status.tool = self.driver.is_streaming_position, self.driver.config.tool

    def _act(self) -> None:
        if self.now_s >= self._next_image_s:
            self._next_image_s += self.image_period_s
            self._images.append((self.now_s, self.position))
        while self._images and self.now_s - self._images[0][0] >= self.latency_s:
            taken_s, seen = self._images.popleft()
            if self.policy_alive:
                if self.policy is not None:
                    self.translation = self.policy(seen)
                self._do(self.core.action(self.an_action(self.now_s - taken_s), self.now_s))

    def an_action(self, image_age_s: float) -> ActionInput:
        return ActionInput(
            image_age_s,
            self.frame_id,
            self.translation,
            self.gripper,
            bool(self.hold_reason),
            self.hold_reason,
            self.fingerprint,
        )

    def _serve(self, service: str) -> None:
        if service == "switch_to_position_mode":
            self.driver.switch_mode("position")
        elif service == "activate_streaming_position":
            self.driver.activate_streaming_position()

    def _do(self, result: Move | Stop | None) -> None:
        if isinstance(result, Move):
            self.moves.append((self.now_s, result))
            if self.driver_alive:
                outcome = self.driver.joint_pose_command(encode(TOOL, result.values))
                assert outcome.success, outcome.message  # the bridge never sends what the driver refuses
        elif isinstance(result, Stop):
            self.stops.append(result)
            if self.driver_alive and not result.announce_only:
                self.driver.stop_the_robot()


def travelled(world: World, duration_s: float) -> float:
    """Total motion of the slides over a while, in metres."""
    before = world.position
    world.run(duration_s)
    after = world.position
    return sum(abs(after[name] - before[name]) for name in (joints.EXTENSION, joints.LIFT, joints.BASE))
