"""What an exported encoder costs and saves, against the one it was exported from, on held-out demonstrations."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vinn_training.bank.index import ExactIndex
from vinn_training.contracts import FloatArray, ImageArray
from vinn_training.demonstrations.splits import Split
from vinn_training.encoder.runtime import EncoderRuntime
from vinn_training.evaluation.action_errors import action_errors
from vinn_training.policy.config import PolicyConfig
from vinn_training.policy.frame_encoder import FrameEncoder
from vinn_training.policy.interface import predict_episode
from vinn_training.policy.nearest_neighbors import NearestNeighborsPolicy

#: Neighbours whose agreement is reported.
OVERLAP_K = 10
_REPETITIONS = 30


@dataclass(frozen=True)
class ExportCost:
    """What changed; "before" is the encoder that was exported, "after" the exported one.

    Attributes:
        training_frames: Frames of the demonstrations that are looked in.
        test_frames: Held-out frames, on which all but the times are measured.
        cosine_min: Least cosine of a frame's two embeddings.
        cosine_median: Their median.
        neighbour_overlap: Share of the 10 nearest training frames that both encoders find, mean over frames.
        mse_before: Mean squared error of the regressed action, over components and frames.
        mse_after: The same.
    """

    training_frames: int
    test_frames: int
    cosine_min: float
    cosine_median: float
    neighbour_overlap: float
    mse_before: float
    mse_after: float

    @property
    def mse_change(self) -> float:
        """Relative change of the action's error; 0.01 is 1 % worse."""
        return self.mse_after / self.mse_before - 1.0 if self.mse_before > 0.0 else float(self.mse_after > 0.0)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {**asdict(self), "mse_change": self.mse_change}


def measure_cost(before: FrameEncoder, after: FrameEncoder, split: Split, policy: PolicyConfig) -> ExportCost:
    """Embed all demonstrations with both encoders and compare.

    Args:
        before: The encoder that was exported.
        after: The exported one.
        split: Demonstrations to look in, and held-out ones.
        policy: k and temperature of the regression; the rest of it is of no effect.

    Raises:
        InvalidDemonstration: If an image cannot be read.
        InvalidInput: If an embedding is not finite.
    """
    old, new = (np.concatenate([encoder.embed(item) for item in split.test]) for encoder in (before, after))
    cosines = _cosines(old, new)
    return ExportCost(
        training_frames=sum(map(len, split.training)),
        test_frames=len(old),
        cosine_min=float(cosines.min()),
        cosine_median=float(np.median(cosines)),
        neighbour_overlap=_overlap(_nearest(before, split, old), _nearest(after, split, new)),
        mse_before=_action_error(before, split, policy),
        mse_after=_action_error(after, split, policy),
    )


def time_encoders(runtimes: list[EncoderRuntime], image: ImageArray, repetitions: int = _REPETITIONS) -> list[float]:
    """Return each encoder's median time for one image, in milliseconds; they take turns.

    Args:
        runtimes: Encoders.
        image: (H, W, 3) uint8 RGB; the time includes its resizing.
        repetitions: Of each.
    """
    times = np.empty((repetitions + 1, len(runtimes)))
    for row in times:
        for column, runtime in enumerate(runtimes):
            start = time.perf_counter()
            runtime.encode([image])
            row[column] = 1e3 * (time.perf_counter() - start)
    return [float(value) for value in np.median(times[1:], axis=0)]  # the first turn warms up


def _cosines(old: FloatArray, new: FloatArray) -> NDArray[np.float64]:
    first, second = old.astype(np.float64), new.astype(np.float64)
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    return np.einsum("nd,nd->n", first, second) / np.maximum(lengths, np.finfo(np.float64).tiny)


def _nearest(encoder: FrameEncoder, split: Split, queries: FloatArray) -> list[NDArray[np.int64]]:
    index = ExactIndex(np.concatenate([encoder.embed(item) for item in split.training]))
    return [index.query(query, OVERLAP_K).rows for query in queries]


def _overlap(first: list[NDArray[np.int64]], second: list[NDArray[np.int64]]) -> float:
    return float(np.mean([len(np.intersect1d(a, b)) / len(a) for a, b in zip(first, second, strict=True)]))


def _action_error(encoder: FrameEncoder, split: Split, config: PolicyConfig) -> float:
    policy = NearestNeighborsPolicy(config)
    policy.fit(split.training, encoder)
    predicted = [predict_episode(policy, item, encoder)[0] for item in split.test]
    labels = np.concatenate([item.directions for item in split.test])
    return float(action_errors(np.concatenate(predicted), labels).squared.mean())
