"""Parameters of the episodes that the bridge runs."""

from __future__ import annotations

from dataclasses import dataclass

from vinn_ros.parameters import ParameterSpec, Values
from vinn_ros.stretch_bridge.start_pose import StartPose
from vinn_training.kinematics import joints

_TOGETHER = " Set start_pose_joints and start_pose_positions together."

PARAMETERS = (
    ParameterSpec(
        "start_pose_joints",
        [joints.EXTENSION, joints.LIFT, *joints.WRIST],
        "Joints that an episode's start pose sets, by the names of joint_states; the others stay, the gripper opens."
        + _TOGETHER,
        live=True,
    ),
    ParameterSpec(
        "start_pose_positions", [0.1, 0.6, 0.0, 0.0, 0.0],
        "Their positions in metres and radians. A wrist yaw near 1.57 points the fingers along the base." + _TOGETHER,
        live=True,
    ),
    ParameterSpec(
        "start_offset_m", 0.05,
        "A goal that names no range draws the sideways offset of the start from within this, either way, in metres.",
        minimum=0.0, maximum=0.3, live=True,
    ),
    ParameterSpec(
        "start_reach_m", 0.3,
        "The base drives back to where episodes start from at most this far away, in metres; see ~/set_start_place.",
        minimum=0.0, maximum=2.0, live=True,
    ),
    ParameterSpec(
        "episode_max_steps", 60, "An episode whose goal names no number ends after this many motions.",
        minimum=1, maximum=100_000, live=True,
    ),
    ParameterSpec(
        "episode_max_time_s", 180.0, "An episode whose goal names no time ends after this many seconds.",
        minimum=1.0, maximum=86_400.0, live=True,
    ),
    ParameterSpec(
        "episode_max_hold_s", 10.0,
        "An episode in which the robot must not move for this many seconds (the policy holds, a stop lasts) is ended.",
        minimum=0.5, maximum=3_600.0, live=True,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class EpisodeSettings:
    """What a goal does not say.

    Attributes:
        start_pose: Where the joints are at the start.
        offset_m: Range of the sideways offset.
        reach_m: The base is driven back from at most this far away.
        max_steps: Motions of an episode.
        max_time_s: Its duration.
        max_hold_s: How long the robot may be held in it.
    """

    start_pose: StartPose
    offset_m: float
    reach_m: float
    max_steps: int
    max_time_s: float
    max_hold_s: float


def episode_settings(values: Values) -> EpisodeSettings:
    """Return the settings that these parameter values name.

    Raises:
        InvalidInput: If the start pose cannot be used.
    """
    return EpisodeSettings(
        start_pose=StartPose.from_lists(
            values["start_pose_joints"], values["start_pose_positions"], values["gripper_open_rad"]
        ),
        offset_m=values["start_offset_m"],
        reach_m=values["start_reach_m"],
        max_steps=values["episode_max_steps"],
        max_time_s=values["episode_max_time_s"],
        max_hold_s=values["episode_max_hold_s"],
    )
