"""What a LeRobot data set says about itself: version, features, cameras."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vinn_training.demonstrations import lerobot_layout as layout
from vinn_training.demonstrations.lerobot_convention import CONVENTION_FILE, EXAMPLE
from vinn_training.exceptions import InvalidDemonstration


@dataclass(frozen=True)
class LeRobotInfo:
    """What `meta/info.json` says of interest.

    Attributes:
        fps: Frames a second.
        features: Feature to what is said of it.
        data_path: Template of the tables' places.
        video_path: Template of the videos' places.
        numbers: Features of numbers and their names.
        videos: Features that are videos.
        images: Features that are pictures inside the tables.
    """

    fps: float
    features: Mapping[str, Any]
    data_path: str
    video_path: str

    @property
    def numbers(self) -> dict[str, list[str]]:
        return {
            name: _flat_names(feature.get("names"))
            for name, feature in self.features.items()
            if str(feature["dtype"]).startswith(("float", "int")) and len(feature.get("shape", [1])) == 1
        }

    @property
    def videos(self) -> list[str]:
        return [name for name, feature in self.features.items() if feature["dtype"] == "video"]

    @property
    def images(self) -> list[str]:
        return [name for name, feature in self.features.items() if feature["dtype"] == "image"]

    @property
    def is_ours(self) -> bool:
        return tuple(self.numbers.get(layout.ACTION, ())) == layout.ACTION_NAMES


def read_info(root: Path) -> LeRobotInfo:
    """Return what `meta/info.json` says.

    Raises:
        InvalidDemonstration: If it cannot be read, or is of a version other than 3; the message says what to do.
    """
    path = root / layout.INFO_FILE
    try:
        values: Any = json.loads(path.read_text(encoding="utf-8"))
        version = str(values["codebase_version"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidDemonstration(f"{path}: no readable LeRobot description: {error!r}") from error
    if not version.startswith("v3."):
        advice = (
            "convert it with: python -m lerobot.datasets.v30.convert_dataset_v21_to_v30 --repo-id=NAME --root=FOLDER "
            "--push-to-hub=false"
            if version.startswith("v2.")
            else "update this program, or convert the data"
        )
        raise InvalidDemonstration(f"{path}: version is {version}; expected v3.0 or another v3: {advice}")
    try:
        info = LeRobotInfo(
            fps=float(values["fps"]),
            features={str(name): dict(feature) for name, feature in values["features"].items()},
            data_path=str(values["data_path"]),
            video_path=str(values["video_path"]),
        )
        _ = info.numbers, info.videos
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidDemonstration(f"{path}: lacks or misspells {error}") from error
    if not (math.isfinite(info.fps) and info.fps > 0.0):
        raise InvalidDemonstration(f"{path}: fps is {info.fps}; expected a positive number")
    return info


def _flat_names(names: Any) -> list[str]:
    """Return a feature's names; some data sets keep them in an object under a group's name."""
    if isinstance(names, dict):
        names = [name for group in names.values() for name in (group if isinstance(group, list) else [group])]
    return [str(name) for name in names] if isinstance(names, list) else []


def choose_camera(root: Path, info: LeRobotInfo, asked: str) -> str:
    """Return the video feature to read.

    Raises:
        InvalidDemonstration: If there is none, or not the asked one, or several and none is asked for.
    """
    if not info.videos:
        stored = f"pictures inside its tables ({', '.join(info.images)})" if info.images else "no pictures"
        raise InvalidDemonstration(
            f"{root}: has {stored}; expected a feature of type video: record or convert it with videos"
        )
    if asked:
        if asked not in info.videos:
            raise InvalidDemonstration(f"{root}: has no camera {asked!r}; expected one of: {', '.join(info.videos)}")
        return asked
    if len(info.videos) > 1:
        raise InvalidDemonstration(
            f"{root}: has several cameras; name the one on the wrist with the option camera: {', '.join(info.videos)}"
        )
    return info.videos[0]


def unknown_meaning(root: Path, info: LeRobotInfo) -> str:
    """Return what to tell a user whose data does not say what its numbers mean."""
    skipped = ("timestamp", "frame_index", "episode_index", "index", "task_index")
    found = "; ".join(f"{name}: {names}" for name, names in info.numbers.items() if name not in skipped)
    return (
        f"{root}: cannot tell what its numbers mean for the camera. Found the features {found}. Expected 'action' with "
        f"the names {list(layout.ACTION_NAMES)}, as VINN writes it, or a file {CONVENTION_FILE} that says which "
        "columns are poses or translations, and how the camera sits, for example: " + json.dumps(EXAMPLE)
    )
