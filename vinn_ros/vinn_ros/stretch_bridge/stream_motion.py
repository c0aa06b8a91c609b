"""Continuous motion: every picture corrects it, none ends it."""

from __future__ import annotations

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

from vinn_ros.stretch_bridge.command_stream import CommandStream
from vinn_ros.stretch_bridge.commands import Controller, Move, Refusal
from vinn_ros.stretch_bridge.config import BridgeConfig
from vinn_ros.stretch_bridge.input_watch import InputWatch
from vinn_ros.stretch_bridge.inputs import ActionInput
from vinn_ros.stretch_bridge.motion import MotionMonitor
from vinn_training.contracts import GripperState
from vinn_training.kinematics import joints

#: The distance to the path that a picture asked for is closed with this time constant.
_CATCH_UP_S = 0.2
#: Where the command was is remembered for this long, as old as an image may be at the most.
_MEMORY_S = 10.0
#: A finger that is sent farther than this opens or closes: the camera stands meanwhile.
_GRIP_RAD = 0.02


class StreamMotion:
    """Moves the commanded camera position with the velocity that the newest action asks for.

    An action of length 1 is a velocity of `continuous_speed_m_s` for the place where its picture was taken. From
    there, where the command was at the time of the image, it asks for a straight path; the command runs along it
    with that velocity and closes its distance to it. So what was commanded since the image counts as done, and a
    robot that is told to stop, or to turn, does so where the picture was taken, not the latency later. The command
    is never faster than `continuous_speed_m_s`.

    Args:
        controller: From camera translations to joint targets.
        watch: What is measured.
    """

    def __init__(self, controller: Controller, watch: InputWatch) -> None:
        self._controller = controller
        self._watch = watch
        self._stream = CommandStream(watch)
        self._is_on = False
        self._history: deque[tuple[float, NDArray[np.float64]]] = deque()
        self._at_m: NDArray[np.float64] = np.zeros(3)
        self._from_m: NDArray[np.float64] = np.zeros(3)
        self._direction: NDArray[np.float64] = np.zeros(3)
        self._newest_s = -math.inf
        self._image_s = 0.0
        self._gripper = GripperState.UNKNOWN
        self._grip: MotionMonitor | None = None
        self._finger_rad: float | None = None

    @property
    def is_on(self) -> bool:
        """Whether it moves the robot."""
        return self._is_on

    def start(self, now_s: float) -> None:
        """Begin at the controller's commanded pose."""
        self._is_on, self._grip, self._finger_rad = True, None, self._watch.joints.get(joints.FINGER_LEFT)
        self._at_m = np.zeros(3)
        self._history = deque([(now_s, self._at_m)])
        self._newest_s, self._image_s = -math.inf, now_s
        self._direction = np.zeros(3)
        self._stream.start(now_s)

    def stop(self) -> dict[str, float]:
        """End it; return what the last command aimed at, by joint name."""
        self._is_on = False
        return self._stream.goals

    def take(self, action: ActionInput, image_s: float) -> None:
        """Take an action; one for an older picture than the last is not used."""
        if image_s < self._newest_s:
            return
        self._newest_s = image_s
        # Before the start the robot stood; since the last command the command stands.
        self._image_s = min(max(image_s, self._history[0][0]), self._history[-1][0])
        self._gripper = action.gripper
        translation = np.asarray(action.translation, dtype=np.float64)
        # Rounding may make a unit vector longer than 1.
        translation = translation / max(1.0, float(np.linalg.norm(translation)))
        self._direction = self._controller.rotation_camera_to_base @ translation
        self._from_m = self._commanded_at(self._image_s)

    def next(self, config: BridgeConfig, now_s: float, is_answer: bool = False) -> Move | Refusal | None:
        """Return the command that is due, why there must be none, or None; `is_answer` for the first of an action."""
        duration_s = self._stream.due_s(config.command_period_s, now_s, is_answer)
        if duration_s is None:
            return None
        way_m = self._way(config.continuous_speed_m_s, duration_s, now_s)
        rotation = self._controller.rotation_camera_to_base
        step = self._controller.step(
            rotation.T @ way_m, self._gripper, self._watch.joints, self._watch.base_m, since_last_s=duration_s
        )
        command = self._stream.command(step, duration_s, now_s)
        if isinstance(command, Refusal):
            return command
        self._at_m = self._at_m + np.array(step.commanded_base_m)
        self._history.append((now_s, self._at_m))
        while now_s - self._history[0][0] > _MEMORY_S:
            self._history.popleft()
        self._watch_gripper(command.values[joints.FINGER_LEFT], config, now_s)
        return command

    def _way(self, speed_m_s: float, duration_s: float, now_s: float) -> NDArray[np.float64]:
        """Return how far the commanded position goes in this command, (3,) metres in base_link axes."""
        if self._grip is not None:
            if self._grip.end(self._watch.measured(), self._watch.rest.moved_s, self._watch.joints_s) is None:
                return np.zeros(3)
            self._grip = None
        velocity = self._direction * speed_m_s
        path_m = self._from_m + velocity * (now_s - self._image_s)
        way_m = velocity * duration_s
        way_m = way_m + (path_m - self._at_m - way_m) * min(1.0, duration_s / _CATCH_UP_S)
        length_m = float(np.linalg.norm(way_m))
        longest_m = speed_m_s * duration_s
        return way_m * (longest_m / length_m) if length_m > longest_m else way_m

    def _commanded_at(self, time_s: float) -> NDArray[np.float64]:
        """Return the commanded position at a time, (3,) metres from the start in base_link axes."""
        times = [entry[0] for entry in self._history]
        columns = np.array([entry[1] for entry in self._history])
        return np.array([np.interp(time_s, times, columns[:, axis]) for axis in range(3)])

    def _watch_gripper(self, finger_rad: float, config: BridgeConfig, now_s: float) -> None:
        """Let the camera stand while the fingers are on their way: they must not drag what they close on."""
        if self._finger_rad is not None and abs(finger_rad - self._finger_rad) > _GRIP_RAD:
            self._grip = MotionMonitor(self._stream.goals, now_s, config.tolerances)
        self._finger_rad = finger_rad
