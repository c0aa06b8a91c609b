"""Embeddings in the plane: principal components, or UMAP where it is installed, with each frame's phase."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from vinn_training.bank.bank import Bank
from vinn_training.contracts import FloatArray
from vinn_training.evaluation.gripper_events import gripper_open
from vinn_training.exceptions import InvalidInput, MissingDependency

MapMethod = Literal["auto", "pca", "umap"]


@dataclass(frozen=True)
class EmbeddingMap:
    """Frames of a bank in the plane.

    Attributes:
        method: "pca" or "umap".
        points: (N, 2) float64.
        phase: (N,) 0 at the first frame of its demonstration, 1 at the last.
        events: (N,) how often the gripper has closed or opened in its demonstration up to the frame: 0 while it
            approaches, 1 from the first grasp on, 2 after the release, and so on.
        explained: Share of the variance that the two axes hold; None for UMAP.
    """

    method: str
    points: NDArray[np.float64]
    phase: NDArray[np.float64]
    events: NDArray[np.int64]
    explained: float | None

    def rows(self, bank: Bank) -> list[dict[str, Any]]:
        """Return one row a frame, plain types."""
        return [
            {
                "demonstration": bank.demonstration_names[bank.demonstration[row]],
                "frame": int(bank.frame[row]),
                "phase": round(float(self.phase[row]), 4),
                "gripper": float(bank.gripper[row]),
                "events": int(self.events[row]),
                "x": float(self.points[row, 0]),
                "y": float(self.points[row, 1]),
            }
            for row in range(len(bank))
        ]


def map_embeddings(bank: Bank, method: MapMethod = "auto", seed: int = 0) -> EmbeddingMap:
    """Return the bank's frames in the plane.

    Args:
        bank: Two rows or more.
        method: "auto" takes UMAP where it is installed, else principal components.
        seed: Of UMAP.

    Raises:
        InvalidInput: If there is a single row.
        MissingDependency: If UMAP was asked for and is not installed.
    """
    if len(bank) < 2:
        raise InvalidInput("a map needs two frames at least; received one")
    if method != "pca":
        try:
            return EmbeddingMap("umap", _umap(bank.embeddings, seed), phases(bank), gripper_phases(bank), None)
        except ModuleNotFoundError as error:
            if method == "umap":
                raise MissingDependency("UMAP is not installed; pip install umap-learn, or take pca") from error
    points, explained = principal_components(bank.embeddings)
    return EmbeddingMap("pca", points, phases(bank), gripper_phases(bank), explained)


def principal_components(embeddings: FloatArray) -> tuple[NDArray[np.float64], float]:
    """Return (N, 2) coordinates along the two directions of largest variance, and the share of variance they hold.

    The sign of an axis is free; here the largest coordinate by magnitude is positive.
    """
    centred = embeddings.astype(np.float64) - embeddings.mean(axis=0, dtype=np.float64)
    # Of N rows of D numbers, the smaller of the two Gram matrices has the same eigenvalues.
    rows, size = centred.shape
    points = np.zeros((rows, 2))
    if rows <= size:
        values, vectors = np.linalg.eigh(centred @ centred.T)
        found = vectors[:, ::-1][:, :2] * np.sqrt(np.maximum(values[::-1][:2], 0.0))
    else:
        values, vectors = np.linalg.eigh(centred.T @ centred)
        found = centred @ vectors[:, ::-1][:, :2]
    points[:, : found.shape[1]] = found
    signs = np.sign(points[np.abs(points).argmax(axis=0), [0, 1]])
    total = float(values.sum())
    explained = float(values[::-1][:2].sum() / total) if total > 0.0 else 0.0
    return points * np.where(signs == 0.0, 1.0, signs), explained


def phases(bank: Bank) -> NDArray[np.float64]:
    """Return how far each frame is within its demonstration, 0 to 1."""
    last = np.zeros(len(bank.demonstration_names))
    np.maximum.at(last, bank.demonstration, bank.frame)
    return np.asarray(bank.frame / np.maximum(last[bank.demonstration], 1.0))


def gripper_phases(bank: Bank) -> NDArray[np.int64]:
    """Return for each frame how many gripper events its demonstration has had, that of the frame itself included.

    An event is a change between open and closed, with the robot's hysteresis.
    """
    found = np.zeros(len(bank), dtype=np.int64)
    for demonstration in np.unique(bank.demonstration):
        rows = np.flatnonzero(bank.demonstration == demonstration)
        rows = rows[np.argsort(bank.frame[rows], kind="stable")]
        is_open = gripper_open(bank.gripper[rows])
        found[rows[1:]] = np.cumsum(is_open[1:] != is_open[:-1])
    return found


def _umap(embeddings: FloatArray, seed: int) -> NDArray[np.float64]:
    import umap

    return np.asarray(umap.UMAP(n_components=2, random_state=seed).fit_transform(embeddings), dtype=np.float64)
