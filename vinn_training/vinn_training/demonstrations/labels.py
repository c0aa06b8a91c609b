"""`labels.json` of the VINN layout: parsed, checked and converted to our axes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import REST_NORM
from vinn_training.demonstrations.axes import disk_to_optical
from vinn_training.demonstrations.dataset_info import DatasetInfo
from vinn_training.exceptions import InvalidDemonstration, InvalidInput

LABELS_FILE = "labels.json"

#: Lengths this close to 1 are rounding of the labels and are made 1; others are refused.
UNIT_TOLERANCE = 1e-3
_FLOAT32_ROUNDING = 2.5e-7


@dataclass(frozen=True)
class LabelTable:
    """The labels of one demonstration.

    Attributes:
        frame_names: T names, in time order (numbers within names compare as numbers).
        directions: (T, 3) float32, unit length or zero, camera optical frame.
        rotations_rad: (T, 3) float32, rotation vectors, camera optical frame; None in the push layout.
        gripper: (T,) float32, opening in [0, 1].
    """

    frame_names: tuple[str, ...]
    directions: NDArray[np.float32]
    rotations_rad: NDArray[np.float32] | None
    gripper: NDArray[np.float32]


def read_labels(folder: Path, info: DatasetInfo) -> LabelTable:
    """Return a demonstration's labels.

    Raises:
        InvalidDemonstration: If `labels.json` is missing, is no JSON, or a label cannot be used; the message names
            file, frame and reason.
    """
    path = folder / LABELS_FILE
    labels = _load_json(path)
    names = tuple(sorted(labels, key=_natural_key))
    rows = np.array([_row(path, name, labels[name], info) for name in names], dtype=np.float64)
    openings = []
    for name, label in zip(names, rows[:, 6], strict=True):
        try:
            openings.append(info.gripper.to_opening(float(label)))
        except InvalidInput as error:
            raise InvalidDemonstration(f"{path}: frame '{name}': {error}") from error
    translations = _unit_or_rest(path, names, rows[:, :3])
    return LabelTable(
        frame_names=names,
        directions=disk_to_optical(translations).astype(np.float32),
        rotations_rad=disk_to_optical(rows[:, 3:6]).astype(np.float32) if info.layout == "door" else None,
        gripper=np.array(openings, dtype=np.float32),
    )


def _load_json(path: Path) -> dict[str, Any]:
    try:
        labels = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InvalidDemonstration(
            f"{path}: missing; every folder of a data set is a demonstration and needs its labels"
        ) from error
    except (OSError, ValueError) as error:
        raise InvalidDemonstration(f"{path}: not readable as JSON: {error}") from error
    if not isinstance(labels, dict) or not labels:
        raise InvalidDemonstration(f"{path}: expected an object with one entry a frame, and at least one frame")
    return labels


def _row(path: Path, name: str, label: Any, info: DatasetInfo) -> list[float]:
    """Return seven finite numbers: translation, rotation, gripper."""
    if info.layout == "push":
        first = label[0] if isinstance(label, list) and label else None
        values = _numbers(first, 3)
        expected = "[[dx, dy, dz], ...], as in the push layout"
    else:
        values = _numbers(label, 7)
        expected = "seven finite numbers [tx, ty, tz, rx, ry, rz, gripper], as in the door layout"
    if values is None:
        raise InvalidDemonstration(f"{path}: frame '{name}': label is {label!r}; expected {expected}")
    return values if info.layout == "door" else [*values, 0.0, 0.0, 0.0, 0.0]


def _numbers(values: Any, count: int) -> list[float] | None:
    """Return `count` finite floats, or None where `values` is anything else (JSON's NaN included)."""
    if not isinstance(values, list) or len(values) != count:
        return None
    if not all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values):
        return None
    return [float(value) for value in values] if np.isfinite(values).all() else None


def _unit_or_rest(path: Path, names: tuple[str, ...], vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    norms = np.linalg.norm(vectors, axis=1)
    rest = norms <= REST_NORM
    bad = ~rest & (np.abs(norms - 1.0) > UNIT_TOLERANCE)
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        raise InvalidDemonstration(
            f"{path}: frame '{names[first]}': translation {vectors[first].tolist()} has length {norms[first]:.4g}; "
            f"expected 1 within {UNIT_TOLERANCE} (a direction), or 0 (at rest): normalise the labels"
        )
    # What is unit length but for float32's rounding stays as it is, so that reading and writing change nothing.
    exact = np.abs(norms - 1.0) <= _FLOAT32_ROUNDING
    unit = vectors / np.where(rest | exact, 1.0, norms)[:, None]
    unit[rest] = 0.0
    return unit


def _natural_key(name: str) -> tuple[tuple[bool, int, str], ...]:
    """Sort key under which frame 10 follows frame 9, however the names are padded."""
    return tuple((part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in re.split(r"(\d+)", name))
