"""What every reader returns, whatever the format on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.bag_options import BagOptions
from vinn_training.exceptions import InvalidInput
from vinn_training.preprocessing import CropBox

SplitSide = Literal["all", "training", "test"]


@dataclass(frozen=True)
class ReaderOptions:
    """What to read of a data set, and how where its format leaves a choice (the VINN layout leaves none).

    Attributes:
        camera: Which camera, where the data has several: LeRobot's feature, robomimic's observation, a bag's topic.
            Empty takes the only one.
        horizon: Frames ahead to which a motion is measured, where the data holds poses or small steps. 0 takes the
            format's own (Dobb-E: 8).
        rate_hz: Frames a second to keep of a bag. 0 keeps every image.
        bag: How camera poses and gripper openings are found in a bag.
        split: Which demonstrations: all, or one side of the split that `vinn data split` made.

    Raises:
        InvalidInput: If a number is negative, or the split is unknown.
    """

    camera: str = ""
    horizon: int = 0
    rate_hz: float = 0.0
    bag: BagOptions = field(default_factory=BagOptions)
    split: SplitSide = "all"

    def __post_init__(self) -> None:
        if self.horizon < 0:
            raise InvalidInput(f"horizon is {self.horizon}; expected 1 frame or more, or 0 for the format's own")
        if not 0.0 <= self.rate_hz <= 1000.0:
            raise InvalidInput(f"rate_hz is {self.rate_hz}; expected 0 (every image) to 1000")
        if self.split not in get_args(SplitSide):
            raise InvalidInput(f"split is {self.split!r}; expected one of: {', '.join(get_args(SplitSide))}")


@dataclass(frozen=True)
class Dataset:
    """Demonstrations and what their numbers meant on disk.

    Attributes:
        root: Folder or file.
        format: "vinn", "dobbe", "lerobot", "robomimic" or "rosbag2".
        demonstrations: Episodes, in order of their names; labels in memory, images read on demand.
        crop: Rectangle of the images that the encoder is to see, or None for all of them.
        source: Where the data comes from, for people.
        meaning: What stood on disk (frame, units, rate, gripper), as plain JSON types, for people. A split that came
            with the data stands here under "splits": its name to the names of its demonstrations.
        rejected: Episodes that could not be used, by name, with the reason.

    Raises:
        InvalidInput: If two demonstrations have one name.
    """

    root: Path
    format: str
    demonstrations: tuple[Demonstration, ...]
    crop: CropBox | None = None
    source: str = ""
    meaning: Mapping[str, Any] = field(default_factory=dict)
    rejected: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = [demonstration.name for demonstration in self.demonstrations]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InvalidInput(f"{self.root}: two demonstrations are named {twice[0]}; expected different names")
