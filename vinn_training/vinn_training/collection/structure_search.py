"""Maps one set of matches with several mappers and focal lengths, each result scored by the same matches."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.collection.camera import PinholeCamera
from vinn_training.collection.epipolar import MatchedPair, explained_by_pairs, explained_matches, noise_px
from vinn_training.collection.mapping import Mapper, Model, map_pictures
from vinn_training.collection.matching import Matches, without_regions
from vinn_training.collection.moving_regions import locate_moving
from vinn_training.collection.self_calibration import FocalProfile, find_focal_length
from vinn_training.exceptions import CollectionError

if TYPE_CHECKING:
    from vinn_training.collection.structure import StructureConfig

# A match within this many times the median noise of the matches, and never less than half a pixel, is explained.
_TOLERANCE_NOISES, _MIN_TOLERANCE_PX = 3.0, 0.5
# A model that explains this part of the best's matches or less was pulled off; the other mapper is asked.
_PULLED_OFF = 0.97


class Candidate(NamedTuple):
    """A model, who made it, and which part of all verified matches it explains."""

    model: Model
    mapper: Mapper
    score: float


class Search:
    """One set of matches, and what is tried with it.

    Args:
        folder: Where pictures and database are.
        count: Number of pictures.
        size_px: Their width and height.
        matches: The matches in the database.
        config: How poses are found.
        threads: How many to use.
    """

    def __init__(
        self,
        folder: Path,
        count: int,
        size_px: tuple[int, int],
        matches: Matches,
        config: StructureConfig,
        threads: int,
    ) -> None:
        self._folder = folder
        self._count = count
        self._size_px = size_px
        self._pairs = matches.pairs
        self._config = config
        self._threads = threads
        self._tolerance_px = max(_MIN_TOLERANCE_PX, _TOLERANCE_NOISES * noise_px(matches.pairs))
        self._free_score = explained_by_pairs(matches.pairs, self._tolerance_px)
        self._notes: list[str] = []

    def without(self, masks: NDArray[np.uint8]) -> Search:
        """Return a search over the matches outside of masked regions; this one cannot map any more."""
        matches = without_regions(self._folder, masks, self._config.seed)
        return Search(self._folder, self._count, self._size_px, matches, self._config, self._threads)

    def locate_moving(self, model: Model) -> NDArray[np.uint8]:
        """Return coarse masks (N, h, w), 0 where something moves by itself."""
        return locate_moving(self._pairs, model.rotations_camera_to_world, model.centers, model.camera)

    def explained(self, found: Candidate) -> float:
        """Return which part of what free two-view geometries explain the candidate explains as well."""
        return found.score / max(self._free_score, 1e-9)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was repaired or deserves a look."""
        return tuple(self._notes)

    def note(self, text: str) -> None:
        """Remember what deserves a look."""
        self._notes.append(text)

    def find_focal(self) -> FocalProfile:
        """Find the focal length from the liveliest part of the video.

        Raises:
            CollectionError: If the video does not determine it.
        """
        window = self._liveliest_window()
        inside = tuple(pair for pair in self._pairs if pair.first in window and pair.second in window)

        def score(camera: PinholeCamera) -> float:
            # Always the global mapper: with a wrong focal length it degrades evenly, the incremental one by chance.
            mapped = map_pictures(
                self._folder,
                camera,
                self._count,
                mapper="global",
                seed=self._config.seed,
                threads=self._threads,
                only=window,
                complete=False,
            )
            return 0.0 if mapped is None else self._score(mapped.held, inside)

        return find_focal_length(self._size_px, score)

    def _liveliest_window(self) -> range:
        """Return the run of pictures with most motion in them, of the length that self-calibration may use."""
        length = min(self._count, self._config.self_calibration_pictures)
        motion = np.zeros(self._count)
        for pair in self._pairs:
            if pair.second == pair.first + 1:
                shift = pair.points_second[pair.verified] - pair.points_first[pair.verified]
                motion[pair.second] = np.median(np.linalg.norm(shift, axis=1))
        sums = np.convolve(motion, np.ones(length), mode="valid")
        start = int(sums.argmax())
        return range(start, start + length)

    def map_all(self, camera: PinholeCamera, adjust_focal_within: float) -> Candidate:
        """Map with the mapper asked for, and with the other one where that does not explain the matches.

        Raises:
            CollectionError: If neither finds a model.
        """
        asked = self._config.mapper
        other: Mapper = "incremental" if asked == "global" else "global"
        best = self._map(camera, asked, adjust_focal_within)
        if best is None:
            self._notes.append(f"the {asked} mapper found no model")
        if best is None or best.score < _PULLED_OFF * self._free_score:
            second = self._map(camera, other, adjust_focal_within)
            # The one asked for stays unless it was clearly pulled off.
            if second is not None and (best is None or best.score < _PULLED_OFF * second.score):
                best = second
                self._notes.append(
                    f"the {asked} mapper did not explain the matches; the poses are those of the {other} mapper"
                )
        if best is None:
            raise CollectionError(
                f"no model of the camera's path was found from {self._count} pictures; film with more texture in view "
                "and less motion blur, or take frames at a higher rate"
            )
        return best

    def _map(self, camera: PinholeCamera, mapper: Mapper, adjust_focal_within: float) -> Candidate | None:
        mapped = map_pictures(
            self._folder,
            camera,
            self._count,
            mapper=mapper,
            seed=self._config.seed,
            threads=self._threads,
            adjust_focal_within=adjust_focal_within,
        )
        if mapped is None:
            return None
        held = Candidate(mapped.held, mapper, self._score(mapped.held, self._pairs))
        if mapped.adjusted is None:
            return held
        adjusted = Candidate(mapped.adjusted, mapper, self._score(mapped.adjusted, self._pairs))
        return adjusted if adjusted.score >= held.score else held

    def _score(self, model: Model, pairs: Sequence[MatchedPair]) -> float:
        return explained_matches(
            model.rotations_camera_to_world, model.centers, model.camera, pairs, self._tolerance_px
        )
