"""Reader of Dobb-E's data: poses of a phone on a grabber in `labels.json`, and a video beside it.

Axes. Dobb-E's public code (notmahi/dobb-e, `stick-data-collection`) takes the poses of the phone app Record3D, which
are ARKit's: x along the unturned picture to the right, y up in it, z out of the screen towards the user (Apple,
`ARCamera.transform`). It makes them relative to the first frame and conjugates them with the permutation of
`utils/action_transforms.py`: new x = old y, new y = -old z, new z = -old x. The pictures are turned by 90 degrees
clockwise (`process_from_r3ds.py`), so that "up" of the unturned picture is right in the video, and "left" is up.
Together: x right, y forward (out of the lens), z up in the video, the axes of the VINN layout.

Gripper. 0 closed to 1 open (`robot-server/robot/hello_robot.py`). Rate: 30 frames a second (`export_vids_ffmpeg.py`).
Motion. inv(T_t) T_{t+h}, and the gripper of frame t + h, as in `imitation-in-homes/dataloaders/pose_data.py`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.axes import disk_to_optical
from vinn_training.demonstrations.dataset import Dataset, ReaderOptions
from vinn_training.demonstrations.relative_poses import matrices_from_quaternions, relative_motions, unit_labels
from vinn_training.demonstrations.video_frames import VideoFrames
from vinn_training.exceptions import InvalidDemonstration, InvalidInput

LABELS_FILE = "labels.json"
VIDEO_FILE = "compressed_video_h264.mp4"
RATE_HZ = 30.0
HORIZON = 8

#: Task, home and environment stand above an episode.
_DEPTH = 4


def recognises(root: Path) -> bool:
    """Return whether a folder holds episodes of Dobb-E, itself or up to four folders below."""
    if not root.is_dir():
        return False
    for folder in _label_folders(root):
        if (folder / VIDEO_FILE).exists():
            return True
        try:
            with (folder / LABELS_FILE).open(encoding="utf-8") as file:
                beginning = file.read(1000)
        except (OSError, UnicodeDecodeError):
            return False
        return '"quats"' in beginning and '"xyz"' in beginning
    return False


def read(root: Path, options: ReaderOptions) -> Dataset:
    """Return the episodes below a folder, each named by its path with "__" between the folders.

    Args:
        root: Folder of tasks, of homes, of environments, or of a single episode.
        options: `horizon`, in frames of 1/30 s; 0 takes 8.

    Raises:
        InvalidDemonstration: If no episode can be used; the message names the first and why.
    """
    horizon = options.horizon or HORIZON
    demonstrations = []
    rejected = {}
    for folder in _label_folders(root):
        name = "__".join(folder.relative_to(root).parts) or root.resolve().name
        try:
            demonstrations.append(_read_episode(folder, name, horizon))
        except (InvalidDemonstration, InvalidInput) as error:
            rejected[name] = str(error)
    if not demonstrations:
        reason = next(iter(rejected.values()), f"no folder below it has {LABELS_FILE}")
        raise InvalidDemonstration(
            f"{root}: none of {len(rejected)} episodes of Dobb-E can be used; the first: {reason}"
        )
    meaning = {
        "frame": "x right, y forward, z up, of the camera, in the video as shown (pictures turned as Dobb-E does)",
        "unit": "poses in metres relative to the first frame; directions made unit length, lengths in m",
        "length_unit": "m",
        "rate_hz": RATE_HZ,
        "horizon_frames": horizon,
        "gripper": {"meaning": "opening", "taken_frames_ahead": horizon},
    }
    return Dataset(root, "dobbe", tuple(demonstrations), None, "Dobb-E", meaning, rejected)


def _label_folders(root: Path) -> Iterator[Path]:
    """Yield the folders with labels, in order of their paths."""
    for place, folders, files in os.walk(root):
        folder = Path(place)
        if LABELS_FILE in files:
            yield folder
            folders.clear()
        elif len(folder.relative_to(root).parts) >= _DEPTH:
            folders.clear()
        folders[:] = sorted(name for name in folders if not name.startswith("."))


def _read_episode(folder: Path, name: str, horizon: int) -> Demonstration:
    """Raise InvalidDemonstration or InvalidInput where the episode cannot be used."""
    path = folder / LABELS_FILE
    positions, quaternions, opening = _read_labels(path)
    try:
        motions = relative_motions(positions, matrices_from_quaternions(quaternions), horizon)
    except InvalidInput as error:
        raise InvalidDemonstration(f"{path}: {error}") from error
    video = VideoFrames(folder / VIDEO_FILE)
    if len(video) < len(positions):
        raise InvalidDemonstration(
            f"{path}: has labels for {len(positions)} frames, but {VIDEO_FILE} has only {len(video)} whole ones: "
            "the video is truncated, or belongs to another episode"
        )
    labels = unit_labels(disk_to_optical(motions.translations))
    count = len(labels.directions)
    return Demonstration(
        name=name,
        frame_names=tuple(f"{index:06d}" for index in range(count)),
        directions=labels.directions,
        gripper=opening[horizon:].astype(np.float32),
        load_image=video.load,
        # A rotation vector is a vector, and turns with the axes as translations do.
        rotations_rad=disk_to_optical(motions.rotations_rad).astype(np.float32),
        lengths=labels.lengths,
        times_s=np.arange(count) / RATE_HZ,
    )


def _read_labels(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return positions (N, 3), quaternions (N, 4) as x, y, z, w, and openings (N,).

    Raises:
        InvalidDemonstration: If the file cannot be read, a frame's number is missing, or a label cannot be used.
    """
    try:
        labels: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidDemonstration(f"{path}: not readable as JSON: {error}") from error
    if not isinstance(labels, dict) or not labels:
        raise InvalidDemonstration(f"{path}: expected an object with one entry a frame, and at least one frame")
    rows = np.empty((len(labels), 8))
    for index in range(len(labels)):
        label = labels.get(str(index))
        if label is None:
            raise InvalidDemonstration(
                f"{path}: has {len(labels)} labels, but none for frame {index}; "
                f'expected the keys "0" to "{len(labels) - 1}"'
            )
        try:
            rows[index] = [*_numbers(label["xyz"], 3), *_numbers(label["quats"], 4), float(label["gripper"])]
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidDemonstration(
                f"{path}: frame {index}: label is {label!r}; expected "
                '{"xyz": [x, y, z], "quats": [x, y, z, w], "gripper": opening}'
            ) from error
    bad = ~np.isfinite(rows).all(axis=1) | (rows[:, 7] < 0.0) | (rows[:, 7] > 1.0)
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        raise InvalidDemonstration(
            f"{path}: frame {first}: label is {labels[str(first)]!r}; expected finite numbers and an opening of the "
            "gripper from 0 (closed) to 1 (open)"
        )
    return rows[:, :3], rows[:, 3:7], rows[:, 7]


def _numbers(values: Any, count: int) -> list[float]:
    if not isinstance(values, list) or len(values) != count:
        raise ValueError(f"expected {count} numbers")
    return [float(value) for value in values]
