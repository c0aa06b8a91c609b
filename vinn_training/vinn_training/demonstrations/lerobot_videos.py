"""Videos of a LeRobot data set: written episode after episode, then read back and compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import Demonstration, ImageArray
from vinn_training.demonstrations import lerobot_layout as layout
from vinn_training.demonstrations.lerobot_statistics import ImageHistogram
from vinn_training.demonstrations.lerobot_video import VideoFile
from vinn_training.demonstrations.video_frames import VideoFrames
from vinn_training.exceptions import InvalidInput
from vinn_training.preprocessing import check_image


@dataclass(frozen=True)
class VideoPlace:
    """Where an episode's frames are.

    Attributes:
        file: Number of the video file.
        first: Number of the first frame in it.
    """

    file: int
    first: int


class EpisodeVideos:
    """The videos of one camera.

    Args:
        demonstrations: The episodes.
        folder: Of the data set.
        rate: Frames a second.
        camera: Name of the image feature.
        tell: Called after every frame that was written or compared.

    Attributes:
        size: (height, width) of all images, (0, 0) before the first.
    """

    def __init__(
        self,
        demonstrations: Sequence[Demonstration],
        folder: Path,
        rate: Fraction,
        camera: str,
        tell: Callable[[], None],
    ) -> None:
        self.size = (0, 0)
        self._demonstrations = demonstrations
        self._folder = folder
        self._rate = rate
        self._camera = camera
        self._tell = tell

    def write(self) -> tuple[list[VideoPlace], list[ImageHistogram]]:
        """Write all episodes; return where each is, and the colours of each.

        Raises:
            InvalidInput: If images differ in size.
            InvalidDemonstration: If one cannot be read.
        """
        places, histograms = [], []
        video: VideoFile | None = None
        file = -1
        try:
            for item in self._demonstrations:
                if video is None or video.size > layout.VIDEO_FILE_MB * 1e6:
                    if video is not None:
                        video.close()
                    file += 1
                    video = VideoFile(self._path(file), self._rate)
                places.append(VideoPlace(file, video.frames))
                histograms.append(ImageHistogram())
                for frame in range(len(item)):
                    image = self._image(item, frame)
                    histograms[-1].add(image)
                    video.add(image, starts_episode=frame == 0)
                    self._tell()
        finally:
            if video is not None:
                video.close()
        return places, histograms

    def compare(self, places: Sequence[VideoPlace]) -> NDArray[np.float64]:
        """Return each frame's mean absolute error in levels of 0 to 255, (frames,), after reading the videos back.

        Raises:
            InvalidDemonstration: If a video does not hold what was written.
        """
        errors = np.empty(sum(map(len, self._demonstrations)))
        row = 0
        videos = {place.file: VideoFrames(self._path(place.file)) for place in places}
        for item, place in zip(self._demonstrations, places, strict=True):
            video = videos[place.file]
            for frame in range(len(item)):
                written = video.load(video.index_at((place.first + frame) / float(self._rate)))
                difference = written.astype(np.int16) - item.load_image(frame)
                errors[row] = np.abs(difference, out=difference).mean()
                row += 1
                self._tell()
        return errors

    def _path(self, file: int) -> Path:
        chunk_index, file_index = divmod(file, layout.CHUNK_FILES)
        name = layout.VIDEO_PATH.format(video_key=self._camera, chunk_index=chunk_index, file_index=file_index)
        return self._folder / name

    def _image(self, item: Demonstration, frame: int) -> ImageArray:
        image = item.load_image(frame)
        check_image(image)
        size = image.shape[:2]
        if self.size == (0, 0):
            self.size = (size[0], size[1])
        if size != self.size:
            raise InvalidInput(
                f"demonstration '{item.name}', frame '{item.frame_names[frame]}': image is {size[1]}x{size[0]}, the "
                f"first was {self.size[1]}x{self.size[0]}; expected one size: LeRobot has one for a camera"
            )
        return image
