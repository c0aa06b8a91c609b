"""What is known about how a demonstration was made, kept or set aside: `quality.json`."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from vinn_training.durable_files import write_file
from vinn_training.exceptions import InvalidDemonstration

QUALITY_FILE = "quality.json"
VERSION = 1


@dataclass(frozen=True)
class DroppedStep:
    """A chosen frame that got no label.

    Attributes:
        frame: Number among the chosen frames.
        time_s: In the video.
        reason: For people.
    """

    frame: int
    time_s: float
    reason: str


@dataclass
class QualityRecord:
    """Filled while a video is worked on, so that one set aside in the middle still tells what was found until then.

    Attributes:
        video: The file.
        fingerprint: Of the file's content; tells whether a video was collected already.
        state: "kept" or "rejected".
        reason: Why it was set aside; empty if kept.
        video_info: Size, rate, duration, rotation of the video.
        video_faults: Damage of the video; what is reported here was left out.
        lens: Where the lens comes from; empty if the pictures were taken as linear.
        rate_hz: At which frames were chosen.
        rate_reason: Why at this rate.
        frames: Number of chosen frames.
        picture_size: Width and height of the pictures in which poses were found, pixels.
        registered: Frames with a pose.
        reprojection_error_px: Mean, in pictures of `picture_size`.
        focal_px: Focal length in pictures of `picture_size`, given or found.
        labelled: Frames with a label: those of the demonstration.
        at_rest: Their numbers among the chosen frames, where the camera did not move.
        dropped: Chosen frames without a label.
        moving_regions: What moved by itself (the door).
        grabber_mask: Where the mask comes from, and the part of the picture it covers.
        gripper: Where openings come from, and in how many frames they were not known.
        notes: What deserves a look, one sentence each.
    """

    video: str
    fingerprint: str = ""
    state: Literal["kept", "rejected"] = "rejected"
    reason: str = ""
    video_info: dict[str, Any] = field(default_factory=dict)
    video_faults: list[str] = field(default_factory=list)
    lens: str = ""
    rate_hz: float | None = None
    rate_reason: str = ""
    frames: int = 0
    picture_size: tuple[int, int] | None = None
    registered: int = 0
    reprojection_error_px: float | None = None
    focal_px: float | None = None
    labelled: int = 0
    at_rest: list[int] = field(default_factory=list)
    dropped: list[DroppedStep] = field(default_factory=list)
    moving_regions: Any = None
    grabber_mask: dict[str, Any] = field(default_factory=dict)
    gripper: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def to_json(self) -> bytes:
        """Return the content of `quality.json`; numbers that are not finite become null."""
        return json.dumps(_plain({"version": VERSION, **asdict(self)}), indent=2).encode() + b"\n"

    def write(self, folder: Path) -> None:
        """Write `quality.json` into a folder, which is made where missing."""
        folder.mkdir(parents=True, exist_ok=True)
        write_file(folder / QUALITY_FILE, self.to_json())


def read_quality(folder: Path) -> dict[str, Any] | None:
    """Return the content of a folder's `quality.json`, or None where it has none.

    Raises:
        InvalidDemonstration: If the file cannot be read; the message names it.
    """
    path = folder / QUALITY_FILE
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise InvalidDemonstration(
            f"{path}: not readable as JSON: {error}; remove its folder to collect anew"
        ) from error
    if not isinstance(values, dict) or values.get("version") != VERSION:
        raise InvalidDemonstration(f"{path}: expected an object with version {VERSION}; remove its folder")
    return values


def _plain(value: Any) -> Any:
    """Return JSON types; NumPy's scalars and arrays become numbers and lists."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value
