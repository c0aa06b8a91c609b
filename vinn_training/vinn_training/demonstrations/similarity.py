"""Pictures that stand in a data set twice: recordings copied between episodes, and opposed actions for one view."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import REST_NORM
from vinn_training.demonstrations.episode_checks import STILL_DISTANCE, EpisodeTraces, step_distances
from vinn_training.demonstrations.image_hash import distances

#: A frame is a copy of another episode's where they are closer than this (see image_hash): twice what usual
#: re-encoding does to a picture, and a fifth of the least distance between two cabinets of the simulator ...
COPY_DISTANCE = 0.1
#: ... and closer than this share of the distance to the frames before and after it: where a camera stands still or
#: moves little, pictures of different episodes are alike, but no liker than the next frame is.
COPY_STEP_SHARE = 0.5
#: Two episodes are one recording where this share of the frames of either are copies of the other's. A whole copy has
#: 1, and one that was cut or thinned out still half.
COPY_SHARE = 0.5
#: Fewer frames than this are no proof.
MIN_COPIES = 3

#: Two views cannot be told apart where they are closer than this share of the data set's median step between frames
#: of a moving camera, ...
SIMILAR_STEP_SHARE = 0.5
#: ... never at more than this, however large the steps are, and always where the picture stands still.
MAX_SIMILAR_DISTANCE = 0.3
#: Actions contradict each other over this angle, where averaging them gives less than either, in degrees.
CONTRADICTION_ANGLE_DEG = 90.0
#: Frames of one episode so close in time are not compared: where a motion turns round, they are alike and opposed.
SAME_EPISODE_FRAMES = 2

#: Pairs of frames compared at once: 16 MB of cosines, and at most ten times that where all are alike.
_BLOCK_PAIRS = 4_000_000


class Copies(NamedTuple):
    """Two episodes that are one recording.

    Attributes:
        first: Index of the episode whose frames were found in the other.
        second: Index of the other.
        frames: How many were found.
        of: How many of the first episode's can be told apart from the frames next to them.
    """

    first: int
    second: int
    frames: int
    of: int


class Contradiction(NamedTuple):
    """Two frames, nearly the same, with opposed actions.

    Attributes:
        first: (episode, frame), indices.
        second: The same of the other frame.
        distance: Of the images, as in image_hash.
        angle_deg: Between the directions.
    """

    first: tuple[int, int]
    second: tuple[int, int]
    distance: float
    angle_deg: float


class Similarities(NamedTuple):
    """What comparing all frames with all others gives.

    Attributes:
        copies: Pairs of episodes that are one recording.
        contradictions: Of every frame the worst, each pair once; the most opposed first.
        contradicting_pairs: How many pairs there are in all.
        similar_pairs: How many pairs of moving frames cannot be told apart, opposed or not.
        similar_distance: Distance below which that is said.
    """

    copies: tuple[Copies, ...]
    contradictions: tuple[Contradiction, ...]
    contradicting_pairs: int
    similar_pairs: int
    similar_distance: float


def compare_episodes(
    traces: Sequence[EpisodeTraces], report: Callable[[int, int], None] = lambda done, total: None
) -> Similarities:
    """Compare every frame with every other; memory grows with the number of frames, not with its square.

    Args:
        traces: Episodes, each with at least one frame.
        report: Called with (frames done, all frames).
    """
    search = _Search(traces)
    total = len(search.thumbnails)
    rows = max(1, _BLOCK_PAIRS // total)
    for start in range(0, total, rows):
        search.compare(start, min(start + rows, total))
        report(min(start + rows, total), total)
    return search.result()


class _Search:
    """All frames in a row, and what was found so far."""

    def __init__(self, traces: Sequence[EpisodeTraces]) -> None:
        lengths = [len(item.demonstration) for item in traces]
        self.thumbnails = np.concatenate([item.thumbnails for item in traces])
        self._starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.intp)
        self._episodes = np.repeat(np.arange(len(traces)), lengths)
        self._frames = np.concatenate([np.arange(length) for length in lengths])
        self._directions = np.concatenate([item.demonstration.directions for item in traces])
        self._moving = np.linalg.norm(self._directions, axis=1) > REST_NORM
        steps = [step_distances(item) for item in traces]
        self._copy_distances = np.concatenate(
            [_copy_distances(item, step) for item, step in zip(traces, steps, strict=True)]
        )
        self.similar_distance = self._similar_distance(traces, steps)
        self._copied: Counter[tuple[int, int]] = Counter()
        self._worst: dict[tuple[int, int], tuple[float, float]] = {}
        self._contradicting = 0
        self._similar = 0

    def _similar_distance(self, traces: Sequence[EpisodeTraces], steps: Sequence[NDArray[np.float32]]) -> float:
        moving = np.concatenate(
            [step[np.linalg.norm(item.demonstration.directions[:-1], axis=1) > REST_NORM]
             for item, step in zip(traces, steps, strict=True)]
        )  # fmt: skip
        median = float(np.median(moving)) if moving.size else 0.0
        return max(min(SIMILAR_STEP_SHARE * median, MAX_SIMILAR_DISTANCE), STILL_DISTANCE)

    def compare(self, start: int, stop: int) -> None:
        """Compare a block of rows with all."""
        cosines = self.thumbnails[start:stop] @ self.thumbnails.T
        self._find_copies(start, stop, cosines)
        self._find_contradictions(start, stop, cosines)

    def _find_copies(self, start: int, stop: int, cosines: NDArray[np.float32]) -> None:
        nearest = distances(np.maximum.reduceat(cosines, self._starts, axis=1))  # (rows, episodes)
        rows, others = np.nonzero(nearest < self._copy_distances[start:stop, None])
        for episode, other in zip(self._episodes[start:stop][rows].tolist(), others.tolist(), strict=True):
            if episode != other:
                self._copied[episode, other] += 1

    def _find_contradictions(self, start: int, stop: int, cosines: NDArray[np.float32]) -> None:
        similar = cosines[:, start:] > 1.0 - 0.5 * self.similar_distance**2
        similar &= self._moving[start:stop, None] & self._moving[None, start:]
        rows, columns = np.nonzero(similar)
        first, second = rows + start, columns + start
        apart = (self._episodes[first] != self._episodes[second]) | (second - first > SAME_EPISODE_FRAMES)
        first, second = first[apart & (second > first)], second[apart & (second > first)]
        self._similar += len(first)
        cosine = np.einsum("ij,ij->i", self._directions[first], self._directions[second])
        angles = np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))
        opposed = angles > CONTRADICTION_ANGLE_DEG
        self._contradicting += int(opposed.sum())
        first, second, angles = first[opposed], second[opposed], angles[opposed]
        found = distances(cosines[first - start, second])
        order = np.argsort(-angles, kind="stable")
        _, kept = np.unique(first[order], return_index=True)  # of every frame the most opposed
        for index in order[kept].tolist():
            self._worst[int(first[index]), int(second[index])] = (float(found[index]), float(angles[index]))

    def result(self) -> Similarities:
        """Return what was found."""
        telling = np.bincount(self._episodes, weights=self._copy_distances > 0.0).astype(int).tolist()
        pairs: dict[tuple[int, int], Copies] = {}
        for (episode, other), count in sorted(self._copied.items()):
            found = Copies(episode, other, count, telling[episode])
            if count < max(MIN_COPIES, COPY_SHARE * found.of):
                continue
            key = (min(episode, other), max(episode, other))
            best = pairs.setdefault(key, found)
            if found.frames * best.of > best.frames * found.of:  # the larger share tells more
                pairs[key] = found
        worst = sorted(self._worst.items(), key=lambda item: -item[1][1])
        return Similarities(
            copies=tuple(pairs.values()),
            contradictions=tuple(
                Contradiction(self._place(first), self._place(second), *measured) for (first, second), measured in worst
            ),
            contradicting_pairs=self._contradicting,
            similar_pairs=self._similar,
            similar_distance=self.similar_distance,
        )

    def _place(self, row: int) -> tuple[int, int]:
        return int(self._episodes[row]), int(self._frames[row])


def _copy_distances(traces: EpisodeTraces, steps: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (T,) distances below which a frame of another episode is a copy; 0 where a frame proves nothing."""
    beside = np.full(len(traces.demonstration), np.inf, dtype=np.float32)
    beside[:-1] = steps
    beside[1:] = np.minimum(beside[1:], steps)
    limits = np.minimum(COPY_STEP_SHARE * beside, np.float32(COPY_DISTANCE))
    limits[~traces.thumbnails.any(axis=1)] = 0.0
    return limits
