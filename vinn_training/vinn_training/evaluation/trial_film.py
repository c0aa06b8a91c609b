"""One trial as a video: the robot from the side, what its wrist camera sees, and how far it got."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from vinn_training.collection.overlay import write_overlay
from vinn_training.contracts import ImageArray
from vinn_training.evaluation.policies import EpisodePolicy
from vinn_training.evaluation.result_files import read_json, write_json
from vinn_training.evaluation.trial_scenes import TrialsConfig
from vinn_training.evaluation.trials import Trial, run_trials
from vinn_training.exceptions import InvalidInput
from vinn_training.sim.stretch_sim import StretchSim

FILMS_FILE = "videos.json"
_HEIGHT_PX, _WIDTH_PX = 288, 384
#: Somewhat faster than the robot's 0.3 s a step.
_RATE_HZ = 5.0
_LAST_STAYS = 5
#: Trials that are tried where one ends otherwise when it is run again.
_TRIES = 3


def film_outcomes(
    folder: Path, policy: EpisodePolicy, title: str, cells: Sequence[tuple[TrialsConfig, Sequence[Trial]]]
) -> list[dict[str, Any]]:
    """Film a trial that opened the door and one that did not, where there are such, by running them again.

    Args:
        folder: Gets `success.mp4`, `failure.mp4` and `videos.json`, which says of what trials they are.
        policy: The one that did the trials.
        title: Of the policy, for the caption.
        cells: Trials with their configurations; the first of either outcome is filmed.

    Returns:
        The content of `videos.json`: for each video file, outcome, cell, seed and reason.

    Raises:
        InvalidInput: If a file cannot be written.
        SimulationError: If the simulation cannot start.
        MissingDependency: If PyAV is not installed.
    """
    films = []
    for outcome, opened in (("success", True), ("failure", False)):
        wanted = [(config, trial) for config, trials in cells for trial in trials if trial.result.door_opened == opened]
        for config, trial in wanted[:_TRIES]:
            frames = _Frames(f"{title}: {config.condition}" if config.condition != "none" else title)
            (again,) = run_trials(policy, config, [trial.seed], on_step=frames.add)
            if again.result.door_opened != opened or not frames.pictures:
                continue
            path = folder / f"{outcome}.mp4"
            _write(path, frames.pictures + frames.pictures[-1:] * _LAST_STAYS)
            films.append(
                {"file": path.name, "outcome": outcome, "cell": config.cell, "seed": trial.seed, "scene": trial.scene,
                 "steps": again.result.steps, "reason": again.result.reason}
            )  # fmt: skip
            break
    write_json(folder / FILMS_FILE, films)
    return films


def films_in(folder: Path) -> list[dict[str, Any]]:
    """Return what `film_outcomes` wrote in a folder; nothing where it did not, or a video is missing."""
    try:
        films: list[dict[str, Any]] = read_json(folder / FILMS_FILE)
    except InvalidInput:
        return []
    return films if all((folder / film["file"]).exists() for film in films) else []


class _Frames:
    """Pictures of an episode, one a step."""

    def __init__(self, title: str) -> None:
        self._title = title
        self.pictures: list[ImageArray] = []

    def add(self, sim: StretchSim) -> None:
        overview = sim.render_overview(_HEIGHT_PX, _WIDTH_PX)
        wrist = cv2.resize(sim.render_wrist(), (_HEIGHT_PX, _HEIGHT_PX), interpolation=cv2.INTER_AREA)
        picture = np.concatenate([overview, wrist.astype(np.uint8)], axis=1)
        state = sim.task_state()
        held = ", handle held" if state.handle_grasped else ""
        angle_deg = np.degrees(state.door_angle_rad)
        lines = (self._title, state.scene, f"step {len(self.pictures) + 1}, door {abs(angle_deg):.0f} deg{held}")
        for number, line in enumerate(lines):
            place = (8, _HEIGHT_PX - 44 + 17 * number)
            for colour, thick in (((20, 20, 20), 3), ((245, 245, 245), 1)):
                cv2.putText(picture, line, place, cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, thick, cv2.LINE_AA)
        self.pictures.append(picture)


def _write(path: Path, pictures: Sequence[ImageArray]) -> None:
    """Write a video under its name only once it is whole."""
    partial = path.with_name(f"partial_{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_overlay(partial, pictures, _RATE_HZ)
        partial.replace(path)
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be written: {error.strerror or error}; choose another --output") from error
