"""Turns an episode's log into the video: the scene is drawn afterwards, so that filming slows nothing down."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np

from vinn_ros.conversions import gripper_from_message, vector_from_message
from vinn_ros.demo.monitor import EpisodeLog, Moment
from vinn_ros.demo.video import Caption, VideoWriter, compose
from vinn_training.bank.bundle import Bundle
from vinn_training.contracts import ImageArray
from vinn_training.sim.scene import SceneConfig
from vinn_training.sim.stretch_sim import StretchSim


def write_film(
    log: EpisodeLog, bundle: Bundle, scene: SceneConfig, path: Path, rate_hz: int, progress: Callable[[int, int], None]
) -> None:
    """Write one frame for each moment of the log.

    Args:
        log: With moments at `rate_hz`.
        bundle: For the neighbours' thumbnails.
        scene: Of the episode.
        path: Video file, ending in .mp4.
        rate_hz: Frames a second.
        progress: Called with (done, in all).

    Raises:
        SimulationError: If the scene cannot be drawn.
        MissingDependency: If PyAV is not installed.
    """
    places = zip(bundle.bank.demonstration, bundle.bank.frame, strict=True)
    names = bundle.bank.demonstration_names
    rows = {(names[demo], int(frame)): row for row, (demo, frame) in enumerate(places)}
    with StretchSim(scene) as sim, VideoWriter(path, rate_hz) as video:
        for index, moment in enumerate(log.moments):
            sim.show(moment.joint_positions, moment.base_m, moment.door_angle_rad)
            thumbnails = [
                bundle.thumbnails[rows[neighbor.demonstration, neighbor.frame]] for neighbor in moment.action.neighbors
            ]
            video.write(_picture(sim.render_overview(480, 640), moment, thumbnails))
            progress(index + 1, len(log.moments))


def _picture(overview: ImageArray, moment: Moment, thumbnails: list[ImageArray]) -> ImageArray:
    action = moment.action
    right, down, forward = np.round(vector_from_message(action.translation), 2).tolist()
    caption = Caption(
        step=moment.steps,
        door_angle_deg=math.degrees(moment.door_angle_rad),
        gripper=gripper_from_message(action.gripper).name.lower(),
        translation=(right, down, forward),
        neighbors=tuple(f"{n.demonstration[:22]} {n.frame:2d}  {n.weight:.2f}" for n in action.neighbors),
    )
    return compose(overview, moment.wrist, thumbnails, caption)
