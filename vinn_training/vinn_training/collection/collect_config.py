"""Settings for making demonstrations from videos."""

from __future__ import annotations

from dataclasses import dataclass, field

from vinn_training.collection.frame_choice import RateConfig
from vinn_training.exceptions import InvalidInput

#: Structure from motion needs a third picture to tell the lengths of two steps.
FEWEST_FRAMES = 3


@dataclass(frozen=True)
class CollectConfig:
    """How videos become demonstrations.

    Attributes:
        rate_hz: Frames a second to take; 0 chooses by the measured motion of each video.
        size: Longer side of the stored pictures, pixels. 640 leaves 360 rows of a 16:9 video: enough to crop and
            augment an encoder's input of 224, at a ninth of full HD's storage. Smaller videos are not enlarged.
        working_size: Longer side of the pictures in which poses are found, pixels. Larger ones cost time, and add
            mostly noise of the sensor.
        most_frames: More frames than this are refused: a demonstration is one short episode, and all its pictures
            are held in memory (1.6 MB each).
        find_grabber: Find what stands still in the picture (the grabber) and ignore it, where no mask is given.
        motion: How a rate is chosen.

    Raises:
        InvalidInput: If a number is out of range.
    """

    rate_hz: float = 0.0
    size: int = 640
    working_size: int = 960
    most_frames: int = 1000
    find_grabber: bool = True
    motion: RateConfig = field(default_factory=RateConfig)

    def __post_init__(self) -> None:
        if not 0.0 <= self.rate_hz <= 240.0:
            raise InvalidInput(f"rate is {self.rate_hz} Hz; expected 0 (by motion) to 240 frames a second")
        for name in ("size", "working_size"):
            if not 64 <= getattr(self, name) <= 4096:
                raise InvalidInput(f"{name} is {getattr(self, name)}; expected 64 to 4096 pixels")
        if self.most_frames < FEWEST_FRAMES:
            raise InvalidInput(f"most_frames is {self.most_frames}; expected at least {FEWEST_FRAMES}")
