"""Turns an episode's log into the video: the scene is drawn afterwards, so that filming slows nothing down."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np

from vinn_ros.demo.monitor import EpisodeLog, Moment
from vinn_ros.demo.video import VideoWriter
from vinn_ros.neighbors_view import palette
from vinn_ros.neighbors_view.bank_pictures import BankPictures, recall
from vinn_ros.neighbors_view.lettering import write
from vinn_ros.neighbors_view.messages import action_reading, command_reading
from vinn_ros.neighbors_view.panel import HEIGHT_PX, MOST_NEIGHBORS, WIDTH_PX, draw_panel
from vinn_ros.neighbors_view.view import View
from vinn_training.bank.bundle import Bundle
from vinn_training.contracts import ImageArray
from vinn_training.sim.scene import SceneConfig
from vinn_training.sim.stretch_sim import StretchSim

#: Height of the strip that the caption is written on.
_CAPTION_PX = 26


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
    pictures = BankPictures(bundle)
    with StretchSim(scene) as sim, VideoWriter(path, rate_hz) as video:
        for index, moment in enumerate(log.moments):
            sim.show(moment.joint_positions, moment.base_m, moment.door_angle_rad)
            overview = sim.render_overview(HEIGHT_PX, WIDTH_PX)
            video.write(_picture(overview, moment, _view(log, moment, pictures)))
            progress(index + 1, len(log.moments))


def _view(log: EpisodeLog, moment: Moment, pictures: BankPictures) -> View:
    action = action_reading(moment.action)
    neighbors, notes = recall(action, pictures, None, MOST_NEIGHBORS)
    command = command_reading(log.steps[moment.steps - 1].command)
    return View(action, moment.wrist, "", neighbors, command, notes, pictures.hold_distance(action))


def _picture(overview: ImageArray, moment: Moment, view: View) -> ImageArray:
    """Return (480, 1280, 3): the scene at the left, what the robot thinks at the right."""
    scene = np.array(overview)
    scene[:_CAPTION_PX] //= 3
    words = f"step {moment.steps}   door {math.degrees(moment.door_angle_rad):.0f} degrees"
    write(scene, words, (8, 18), palette.INK, 0.5)
    return np.concatenate([scene, draw_panel(view)], axis=1)
