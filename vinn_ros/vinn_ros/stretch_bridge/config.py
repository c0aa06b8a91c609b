"""Settings of the bridge's core."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from vinn_ros.stretch_bridge.motion import MotionTolerances
from vinn_training.contracts import WRIST_CAMERA_OPTICAL_FRAME

Mode = Literal["step", "continuous"]


@dataclass(frozen=True)
class BridgeConfig:
    """Deadlines and sizes.

    Attributes:
        mode: `step` for one prediction, one motion, then a picture taken after it; `continuous` for a motion that
            every picture corrects and none ends.
        step_length_m: Motion for an action of length 1, in step mode.
        continuous_speed_m_s: Speed of the camera for an action of length 1, in continuous mode; never exceeded.
        command_period_s: Time between two commands of a continuous motion or of a pose.
        max_image_age_s: The newest action's image may be this old.
        max_action_age_s: The newest action may have arrived this long ago.
        max_joint_state_age_s: The same for joint states and odometry.
        max_status_age_s: The same for the driver's mode.
        auto_resume: Whether good input ends a stop; otherwise a person must enable again.
        camera_frame: Frame in which actions must be given.
        tolerances: When a motion is over.
        tools: The tools that the kinematics are for, as the driver names them; empty for any.
    """

    mode: Mode = "step"
    step_length_m: float = 0.05
    continuous_speed_m_s: float = 0.05
    command_period_s: float = 0.04
    max_image_age_s: float = 0.2
    max_action_age_s: float = 0.2
    max_joint_state_age_s: float = 0.5
    max_status_age_s: float = 1.0
    auto_resume: bool = False
    camera_frame: str = WRIST_CAMERA_OPTICAL_FRAME
    tolerances: MotionTolerances = field(default_factory=MotionTolerances)
    tools: tuple[str, ...] = ()
