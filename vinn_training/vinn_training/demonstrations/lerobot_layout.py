"""What the LeRobot reader and writer agree on: places, feature names, and what LeRobot has no room for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vinn_training.demonstrations.dataset_info import LengthUnit
from vinn_training.exceptions import InvalidDemonstration
from vinn_training.preprocessing import CropBox

INFO_FILE = "meta/info.json"
SIDECAR_FILE = "meta/vinn.json"
DATA_PATH = "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"
VIDEO_PATH = "videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4"
EPISODES_PATH = "meta/episodes/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"

ACTION = "action"
#: Camera optical frame; unit length or zero; the opening is 0 closed to 1 open. Names that say all of it: data with
#: these names needs no other declaration.
ACTION_NAMES = ("direction_right", "direction_down", "direction_forward", "gripper_opening")
ROTATION = "vinn.rotation_rad"
ROTATION_NAMES = ("rotation_right", "rotation_down", "rotation_forward")
LENGTH = "vinn.length"
TIME = "vinn.time_s"

#: LeRobot's own limits (`meta/info.json`): files in a folder, and the size from which a new file is begun.
CHUNK_FILES = 1000
DATA_FILE_MB = 100
VIDEO_FILE_MB = 200

_VERSION = 1


@dataclass(frozen=True)
class SidecarEpisode:
    """One episode's part of `meta/vinn.json`.

    Attributes:
        name: The demonstration's.
        frames: Number of frames, to notice an episode that other tools put in this one's place.
        rotations: Whether ROTATION is known; zeros stand there where it is not.
        lengths: Whether LENGTH is known.
        times: Whether TIME is known.
    """

    name: str
    frames: int
    rotations: bool
    lengths: bool
    times: bool


@dataclass(frozen=True)
class Sidecar:
    """The content of `meta/vinn.json`.

    Attributes:
        source: Where the data comes from, for people.
        length_unit: Unit of LENGTH.
        crop: Rectangle of the images that the encoder is to see, or None for all of them.
        episodes: In the order of their indices.
    """

    source: str
    length_unit: LengthUnit
    crop: CropBox | None
    episodes: tuple[SidecarEpisode, ...]

    def to_json(self) -> bytes:
        """Return the file's content."""
        return json.dumps({"format": "vinn", "version": _VERSION, **asdict(self)}, indent=1).encode() + b"\n"


def read_sidecar(root: Path) -> Sidecar | None:
    """Return what `meta/vinn.json` says, or None where a data set has none.

    Raises:
        InvalidDemonstration: If it is there but cannot be used; the message names it.
    """
    path = root / SIDECAR_FILE
    if not path.exists():
        return None
    try:
        values: Any = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(values, Mapping) or (values.get("format"), values.get("version")) != ("vinn", _VERSION):
            raise ValueError(f'expected an object with "format": "vinn" and "version": {_VERSION}')
        return Sidecar(
            source=str(values["source"]),
            length_unit=values["length_unit"],
            crop=None if values["crop"] is None else CropBox(**values["crop"]),
            episodes=tuple(SidecarEpisode(**episode) for episode in values["episodes"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidDemonstration(
            f"{path}: cannot be used: {error}; remove it to read the data set without names and units"
        ) from error
