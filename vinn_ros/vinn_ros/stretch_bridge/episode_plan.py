"""From what a client asks for to what is done: defaults filled in, the start drawn, nothing left to refuse."""

from __future__ import annotations

import math
from dataclasses import dataclass

from vinn_ros.stretch_bridge.episode import EpisodeLimits
from vinn_ros.stretch_bridge.episode_settings import EpisodeSettings
from vinn_ros.stretch_bridge.start_motion import Robot
from vinn_ros.stretch_bridge.start_pose import StartPlace, StartPose, destination, draw_offset_m, stages
from vinn_training.exceptions import InvalidInput, KinematicsError
from vinn_training.kinematics import joints

#: Sideways offsets beyond this are a mistake in the unit.
MAX_OFFSET_RANGE_M = 0.3


@dataclass(frozen=True)
class EpisodeRequest:
    """A goal, as RunEpisode.action describes it.

    Attributes:
        go_to_start_pose: Whether to go there first.
        lateral_offset_range_m: Range of the start's offset; negative takes the parameter.
        seed: Draws the offset.
        max_steps: Motions; 0 takes the parameter.
        max_time_s: Seconds; 0 takes the parameter.
    """

    go_to_start_pose: bool = True
    lateral_offset_range_m: float = -1.0
    seed: int = 0
    max_steps: int = 0
    max_time_s: float = 0.0


@dataclass(frozen=True)
class EpisodePlan:
    """What an episode will do.

    Attributes:
        limits: When it ends.
        offset_m: Sideways offset of the start, 0 without a start pose.
        stages: The way to the start pose, or None to run from where the robot is.
    """

    limits: EpisodeLimits
    offset_m: float
    stages: list[dict[str, float]] | None


def plan_episode(request: EpisodeRequest, settings: EpisodeSettings, place: StartPlace, robot: Robot) -> EpisodePlan:
    """Return what the request comes to.

    Raises:
        InvalidInput: If it cannot be done.
    """
    range_m = request.lateral_offset_range_m
    if not (math.isfinite(range_m) and range_m <= MAX_OFFSET_RANGE_M):
        raise InvalidInput(f"lateral_offset_range_m is {range_m}; expected at most {MAX_OFFSET_RANGE_M:g} m")
    if not (math.isfinite(request.max_time_s) and request.max_time_s >= 0.0):
        raise InvalidInput(f"max_time_s is {request.max_time_s}; expected seconds, or 0 for the parameter's")
    limits = EpisodeLimits(
        max_steps=request.max_steps or settings.max_steps,
        max_time_s=request.max_time_s or settings.max_time_s,
        max_hold_s=settings.max_hold_s,
    )
    if not request.go_to_start_pose:
        return EpisodePlan(limits, 0.0, None)
    offset_m = draw_offset_m(settings.offset_m if range_m < 0.0 else range_m, request.seed)
    return EpisodePlan(limits, offset_m, plan_start(settings.start_pose, offset_m, place, robot))


def plan_start(pose: StartPose, offset_m: float, place: StartPlace, robot: Robot) -> list[dict[str, float]]:
    """Return the stages to the start pose.

    Raises:
        InvalidInput: If the robot's joints are not known yet, or its base is too far from the start.
    """
    here = robot.joint_positions
    try:
        here[joints.EXTENSION] = joints.joint_position(here, joints.EXTENSION)
    except KinematicsError as error:
        raise InvalidInput(f"the robot's joints are not known: {error}") from error
    goal = destination(pose, offset_m, place.place_m(robot.base_position_m), here)
    return stages(goal, here)
