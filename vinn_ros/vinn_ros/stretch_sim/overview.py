"""Pictures of the whole scene for people, drawn beside the simulation so that they never delay it."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from vinn_training.contracts import ImageArray
from vinn_training.sim.scene import SceneConfig

_NICENESS = 10


@dataclass(frozen=True)
class Pose:
    """What one picture shows.

    Attributes:
        scene: The scene.
        positions: By the driver's joint names, metres and radians.
        base_position_m: Base position along its x axis.
        door_angle_rad: Hinge angle.
        tag: Given back with the picture, for example its time.
    """

    scene: SceneConfig
    positions: Mapping[str, float]
    base_position_m: float
    door_angle_rad: float
    tag: Any


class OverviewCamera:
    """Draws the newest pose in a thread of its own, on a copy of the scene without physics.

    Args:
        on_picture: Called in the thread with each picture, (H, W, 3) uint8 RGB, and its pose's tag.
        on_failure: Called in the thread with what ended it.
    """

    def __init__(self, on_picture: Callable[[ImageArray, Any], None], on_failure: Callable[[Exception], None]) -> None:
        self._on_picture = on_picture
        self._on_failure = on_failure
        self._condition = threading.Condition()
        self._pose: Pose | None = None
        self._closed = False
        self._thread: threading.Thread | None = None

    def show(self, pose: Pose) -> None:
        """Ask for a picture; a pose that still waits is replaced."""
        with self._condition:
            if self._closed:
                return
            self._pose = pose
            self._condition.notify()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="overview", daemon=True)
                self._thread.start()

    def close(self, timeout_s: float = 2.0) -> None:
        """End the thread after the picture in work."""
        with self._condition:
            self._closed = True
            self._condition.notify()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        from vinn_training.sim.stretch_sim import StretchSim

        _yield_to_others()
        stage: StretchSim | None = None
        try:
            while (pose := self._next()) is not None:
                if stage is None:
                    stage = StretchSim(pose.scene)
                elif stage.scene != pose.scene:
                    stage.reset(pose.scene)
                stage.show(pose.positions, pose.base_position_m, pose.door_angle_rad)
                picture = stage.render_overview()
                if not self._closed:
                    self._on_picture(picture, pose.tag)
        except Exception as error:  # without pictures the simulation goes on; the reason must be told
            self._on_failure(error)
        finally:
            if stage is not None:
                stage.close()

    def _next(self) -> Pose | None:
        with self._condition:
            self._condition.wait_for(lambda: self._closed or self._pose is not None)
            pose, self._pose = self._pose, None
            return None if self._closed else pose


def _yield_to_others() -> None:
    """Lower the priority of this thread and those it starts: a picture may be late, the simulation may not."""
    with contextlib.suppress(OSError, AttributeError):  # threads have priorities of their own on Linux only
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
