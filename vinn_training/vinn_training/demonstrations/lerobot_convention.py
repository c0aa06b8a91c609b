"""What the numbers of somebody else's LeRobot data mean: `meta/vinn_convention.json`, which the user writes.

LeRobot names its numbers but says nothing about their axes: "x" may be the robot's base's or the gripper's, and where
the camera looks from the gripper is nowhere. So nothing is guessed. Two kinds of data can be used:

* "pose": position and rotation of the body that carries the camera. The motion is inv(T_t) T_{t+h}, turned into the
  camera's axes, and the gripper is that of frame t + h.
* "delta": a translation at each frame, told in the body's own axes ("body"), or in fixed axes ("world"; then the
  body's rotation is needed, too). The gripper is that of the same frame.

The translation is that of the named point. Where this is the gripper and not the camera, turning adds a motion of the
camera that is left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast, get_args

import numpy as np
from numpy.typing import NDArray

from vinn_training.demonstrations.dataset_info import LengthUnit
from vinn_training.demonstrations.relative_poses import (
    matrices_from_quaternions,
    matrices_from_vectors,
    relative_motions,
)
from vinn_training.exceptions import InvalidDemonstration, InvalidInput

CONVENTION_FILE = "meta/vinn_convention.json"

#: Shown to the user as a beginning.
EXAMPLE = {
    "motion": "pose",
    "position": {"feature": "observation.state", "columns": ["x", "y", "z"]},
    "rotation": {"feature": "observation.state", "columns": ["qx", "qy", "qz", "qw"], "kind": "quaternion_xyzw"},
    "camera_axes": {"right": [1, 0, 0], "down": [0, 1, 0], "forward": [0, 0, 1]},
    "gripper": {"feature": "observation.state", "columns": ["gripper"], "closed": 0.0, "open": 1.0},
    "length_unit": "m",
}

Motion = Literal["pose", "delta"]
DeltaAxes = Literal["body", "world"]
RotationKind = Literal["quaternion_xyzw", "quaternion_wxyz", "rotation_vector"]

#: A gripper may overshoot its stops by this share of its way; more is another meaning.
_OVERSHOOT = 0.05


@dataclass(frozen=True)
class Columns:
    """Numbers of one feature.

    Attributes:
        feature: Its name.
        columns: Names within the feature, or numbers from 0.
    """

    feature: str
    columns: tuple[str | int, ...]

    def take(self, tables: Mapping[str, NDArray[Any]], names: Mapping[str, list[str]]) -> NDArray[np.float64]:
        """Return (T, number of columns).

        Args:
            tables: Feature to (T, D) values.
            names: Feature to its D names, empty where it has none.

        Raises:
            InvalidInput: If the feature or a column is not there.
        """
        if self.feature not in tables:
            raise InvalidInput(f"no feature {self.feature!r}; expected one of: {', '.join(sorted(tables))}")
        table, known = tables[self.feature], names.get(self.feature, [])
        numbers = []
        for column in self.columns:
            number = known.index(column) if isinstance(column, str) and column in known else column
            if not isinstance(number, int) or not 0 <= number < table.shape[1]:
                raise InvalidInput(
                    f"feature {self.feature!r} has no column {number!r}; expected one of {known}, "
                    f"or a number from 0 to {table.shape[1] - 1}"
                )
            numbers.append(number)
        return np.asarray(table[:, numbers], dtype=np.float64)


class ConvertedLabels(NamedTuple):
    """Labels of the first T - drop frames of an episode.

    Attributes:
        translations: (N, 3) float64, camera optical frame, in the data's unit.
        rotations_rad: (N, 3) float64, camera optical frame, or None.
        gripper: (N,) float64, opening in [0, 1].
    """

    translations: NDArray[np.float64]
    rotations_rad: NDArray[np.float64] | None
    gripper: NDArray[np.float64]


@dataclass(frozen=True)
class Convention:
    """The content of `meta/vinn_convention.json`; see this module's docstring and EXAMPLE.

    Attributes:
        motion: "pose" or "delta".
        position: Three columns: the body's position, or the translation of a frame.
        rotation: Three or four columns, from the body's axes to the fixed ones; None where not needed.
        rotation_kind: How they are to be read.
        axes: Of a delta.
        camera_axes: (3, 3) rows: the camera's right, down and forward in the body's axes.
        gripper: One column, or None where the opening is constant.
        closed: Its value when closed; of a constant, the opening.
        open: Its value when open.
        length_unit: Unit of the positions.

    Raises:
        InvalidInput: If parts do not fit together.
    """

    motion: Motion
    position: Columns
    rotation: Columns | None
    rotation_kind: RotationKind
    axes: DeltaAxes
    camera_axes: NDArray[np.float64]
    gripper: Columns | None
    closed: float
    open: float
    length_unit: LengthUnit

    def __post_init__(self) -> None:
        for name, value, known in (
            ("motion", self.motion, get_args(Motion)),
            ("axes", self.axes, get_args(DeltaAxes)),
            ("rotation kind", self.rotation_kind, get_args(RotationKind)),
            ("length_unit", self.length_unit, get_args(LengthUnit)),
        ):
            if value not in known:
                raise InvalidInput(f"{name} is {value!r}; expected one of: {', '.join(known)}")
        turned = self.motion == "pose" or self.axes == "world"
        if turned and self.rotation is None:
            raise InvalidInput("no rotation; expected one: poses, and deltas in world axes, need the body's")
        if len(self.position.columns) != 3:
            raise InvalidInput(f"position has {len(self.position.columns)} columns; expected 3")
        wanted = 3 if self.rotation_kind == "rotation_vector" else 4
        if self.rotation is not None and len(self.rotation.columns) != wanted:
            raise InvalidInput(
                f"rotation has {len(self.rotation.columns)} columns; expected {wanted} for {self.rotation_kind}"
            )
        axes = self.camera_axes
        if axes.shape != (3, 3) or not np.allclose(axes @ axes.T, np.eye(3), atol=1e-3) or np.linalg.det(axes) < 0.0:
            raise InvalidInput(
                f"camera_axes are {axes.tolist()}; expected three unit vectors at right angles, with right x down = "
                "forward, told in the body's axes"
            )
        if self.gripper is not None and (len(self.gripper.columns) != 1 or self.open == self.closed):
            raise InvalidInput("gripper: expected one column, and different values for open and closed")
        if self.gripper is None and not 0.0 <= self.closed <= 1.0:
            raise InvalidInput(f"gripper is always {self.closed}; expected 0 (closed) to 1 (open)")

    def convert(
        self, tables: Mapping[str, NDArray[Any]], names: Mapping[str, list[str]], horizon: int
    ) -> ConvertedLabels:
        """Return an episode's labels.

        Args:
            tables: Feature to (T, D) values.
            names: Feature to its D names.
            horizon: Frames over which a motion is measured or summed.

        Raises:
            InvalidInput: If a column is not there, an episode is too short, or a value cannot be used.
        """
        positions = self.position.take(tables, names)
        rotations = None if self.rotation is None else self._matrices(self.rotation.take(tables, names))
        gripper = self._openings(tables, names, len(positions))
        if self.motion == "pose":
            assert rotations is not None
            motions = relative_motions(positions, rotations, horizon)
            turned = motions.rotations_rad @ self.camera_axes.T
            return ConvertedLabels(motions.translations @ self.camera_axes.T, turned, gripper[horizon:])
        summed = _windows(positions, horizon)
        if self.axes == "world":
            assert rotations is not None
            summed = np.einsum("ti,tij->tj", summed, rotations[: len(summed)])
        elif horizon > 1:
            raise InvalidInput(f"horizon is {horizon}; expected 1: deltas in axes that turn cannot be added")
        return ConvertedLabels(summed @ self.camera_axes.T, None, gripper[horizon - 1 :])

    def _matrices(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.rotation_kind == "rotation_vector":
            return matrices_from_vectors(values)
        return matrices_from_quaternions(values if self.rotation_kind == "quaternion_xyzw" else values[:, [1, 2, 3, 0]])

    def _openings(
        self, tables: Mapping[str, NDArray[Any]], names: Mapping[str, list[str]], count: int
    ) -> NDArray[np.float64]:
        if self.gripper is None:
            return np.full(count, self.closed)
        values = self.gripper.take(tables, names)[:, 0]
        openings = (values - self.closed) / (self.open - self.closed)
        bad = ~((openings >= -_OVERSHOOT) & (openings <= 1.0 + _OVERSHOOT))
        if bad.any():
            first = int(np.flatnonzero(bad)[0])
            raise InvalidInput(
                f"frame {first}: gripper is {values[first]}; expected {self.closed} (closed) to {self.open} (open)"
            )
        return np.clip(openings, 0.0, 1.0)


def _windows(values: NDArray[np.float64], horizon: int) -> NDArray[np.float64]:
    """Return the sums of `horizon` rows from each row on."""
    if len(values) < horizon:
        raise InvalidInput(f"{len(values)} frames; expected at least the horizon of {horizon}")
    sums = np.cumsum(np.concatenate([np.zeros((1, values.shape[1])), values]), axis=0)
    return cast("NDArray[np.float64]", sums[horizon:] - sums[:-horizon])


def read_convention(root: Path) -> Convention | None:
    """Return what `meta/vinn_convention.json` says, or None where there is no such file.

    Raises:
        InvalidDemonstration: If it cannot be used; the message names it.
    """
    path = root / CONVENTION_FILE
    if not path.exists():
        return None
    try:
        return _parse(json.loads(path.read_text(encoding="utf-8")))
    except KeyError as error:
        raise InvalidDemonstration(f"{path}: lacks {error}; for example: {json.dumps(EXAMPLE)}") from error
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise InvalidDemonstration(f"{path}: {error}; for example: {json.dumps(EXAMPLE)}") from error


def _parse(values: Any) -> Convention:
    unknown = set(values) - {*EXAMPLE, "axes"}
    if unknown:
        raise InvalidInput(f"unknown keys {sorted(unknown)}; expected {sorted({*EXAMPLE, 'axes'})}")
    gripper, rotation, axes = values["gripper"], values.get("rotation"), values["camera_axes"]
    return Convention(
        motion=values["motion"],
        position=_columns(values["position"]),
        rotation=None if rotation is None else _columns(rotation),
        rotation_kind="quaternion_xyzw" if rotation is None else rotation["kind"],
        axes=values["axes"] if values["motion"] == "delta" else "world",
        camera_axes=np.array([axes["right"], axes["down"], axes["forward"]], dtype=np.float64),
        gripper=None if "constant" in gripper else _columns(gripper),
        closed=float(gripper["constant"] if "constant" in gripper else gripper["closed"]),
        open=float(gripper.get("open", 1.0)),
        length_unit=values.get("length_unit", "unknown"),
    )


def _columns(values: Any) -> Columns:
    columns = values["columns"]
    if not isinstance(columns, list) or not all(isinstance(column, (str, int)) for column in columns):
        raise InvalidInput(f"columns are {columns!r}; expected a list of names or numbers")
    return Columns(str(values["feature"]), tuple(columns))
