"""Lenses, their files, and turning what they see into linear pictures (straight lines straight)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from vinn_training.collection.camera import PinholeCamera
from vinn_training.contracts import ImageArray
from vinn_training.durable_files import replace_file
from vinn_training.exceptions import InvalidInput

FORMAT = "vinn lens"
VERSION = 1

LensModel = Literal["pinhole", "fisheye"]
_COEFFICIENTS = {"pinhole": 5, "fisheye": 4}
_ASPECT_TOLERANCE = 0.01
#: Points along each border and radius at which a lens is examined.
_SAMPLES = 64


@dataclass(frozen=True)
class Lens:
    """How a camera maps directions to pixels.

    Attributes:
        model: "pinhole": OpenCV's model with radial and tangential distortion (k1, k2, p1, p2, k3). "fisheye":
            OpenCV's equidistant model (k1, k2, k3, k4).
        width: Of its pictures, pixels.
        height: Of its pictures, pixels.
        fx: Focal length along the rows, pixels.
        fy: Focal length along the columns, pixels.
        cx: Column of the principal point, pixels; the centre of the first pixel is 0.
        cy: Row of the principal point, pixels.
        distortion: Coefficients of the model, without unit.
        source: Where the numbers come from, for people.

    Raises:
        InvalidInput: If the model is unknown, a number is missing, not finite or not positive where it must be, or
            the principal point lies outside the picture.
    """

    model: LensModel
    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    distortion: tuple[float, ...]
    source: str = ""

    def __post_init__(self) -> None:
        if self.model not in _COEFFICIENTS:
            raise InvalidInput(f"lens model is {self.model!r}; expected one of: {', '.join(_COEFFICIENTS)}")
        expected = _COEFFICIENTS[self.model]
        if len(self.distortion) != expected or not all(math.isfinite(value) for value in self.distortion):
            raise InvalidInput(f"lens has distortion {self.distortion}; expected {expected} finite numbers")
        PinholeCamera(self.width, self.height, self.fx, self.fy, self.cx, self.cy)  # checks the rest

    @property
    def matrix(self) -> NDArray[np.float64]:
        """(3, 3) float64, from undistorted to pixel coordinates."""
        return np.array([[self.fx, 0.0, self.cx], [0.0, self.fy, self.cy], [0.0, 0.0, 1.0]])

    def scaled(self, width: int, height: int) -> Lens:
        """Return the same lens for pictures of another size.

        Raises:
            InvalidInput: If the aspect ratio is another: then the camera crops, and the calibration does not say where.
        """
        if abs(width / height * self.height / self.width - 1.0) > _ASPECT_TOLERANCE:
            raise InvalidInput(
                f"the pictures are {width}x{height}, but the lens was calibrated with {self.width}x{self.height}; "
                "expected the same aspect ratio: calibrate in the camera mode (and orientation) of the video"
            )
        across, down = width / self.width, height / self.height
        # Pixel centres lie at whole numbers, so the picture begins at -0.5.
        return Lens(
            self.model, width, height, self.fx * across, self.fy * down,
            (self.cx + 0.5) * across - 0.5, (self.cy + 0.5) * down - 0.5, self.distortion, self.source,
        )  # fmt: skip

    def project(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the pixels (N, 2) at which points (N, 3) in front of the camera (optical frame, z > 0) are seen."""
        rows = np.ascontiguousarray(points, dtype=np.float64).reshape(-1, 1, 3)
        still = np.zeros(3)
        coefficients = np.array(self.distortion)
        if self.model == "fisheye":
            pixels, _ = cv2.fisheye.projectPoints(rows, still, still, self.matrix, coefficients)
        else:
            pixels, _ = cv2.projectPoints(rows, still, still, self.matrix, coefficients)
        return np.asarray(pixels, dtype=np.float64).reshape(-1, 2)

    def to_dict(self) -> dict[str, Any]:
        """Return the content of a lens file."""
        return {"format": FORMAT, "version": VERSION, **asdict(self), "distortion": list(self.distortion)}

    @classmethod
    def from_dict(cls, values: Any) -> Lens:
        """Return what `to_dict` described.

        Raises:
            InvalidInput: If it is something else, of another version, or a value cannot be used.
        """
        if not isinstance(values, Mapping) or values.get("format") != FORMAT:
            raise InvalidInput(f'expected an object with "format": "{FORMAT}", as `vinn calibrate` writes it')
        if values.get("version") != VERSION:
            raise InvalidInput(f"version is {values.get('version')!r}; this program reads {VERSION}")
        fields = {key: value for key, value in values.items() if key not in ("format", "version")}
        try:
            numbers = {key: float(fields[key]) for key in ("fx", "fy", "cx", "cy")}
            return cls(
                model=fields["model"],
                width=int(fields["width"]),
                height=int(fields["height"]),
                distortion=tuple(float(value) for value in fields["distortion"]),
                source=str(fields.get("source", "")),
                **numbers,
            )
        except (KeyError, TypeError, ValueError) as error:
            if isinstance(error, InvalidInput):
                raise
            raise InvalidInput(f"lacks or misspells {error}") from error


def read_lens(path: Path) -> Lens:
    """Return the lens in a file.

    Raises:
        InvalidInput: If the file cannot be read or used; the message names it.
    """
    try:
        return Lens.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{path}: {error}") from error


def write_lens(path: Path, lens: Lens) -> None:
    """Write a lens file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, json.dumps(lens.to_dict(), indent=2).encode() + b"\n")


class Linearizer:
    """Turns a lens's pictures into those of a camera without distortion, of the same size.

    The linear picture has square pixels, its principal point in its middle, and the widest view that the lens's
    picture covers wholly: no black corners, which an encoder would take for part of the scene.

    Args:
        lens: For pictures of the size that will be given.

    Raises:
        InvalidInput: If the lens's distortion folds its picture, so that it has no inverse.
    """

    def __init__(self, lens: Lens) -> None:
        self.lens = lens
        _check_monotone(lens)
        focal = _shortest_covered_focal(lens)
        centre = ((lens.width - 1) / 2, (lens.height - 1) / 2)
        self.camera = PinholeCamera(lens.width, lens.height, focal, focal, *centre)
        make = cv2.fisheye.initUndistortRectifyMap if lens.model == "fisheye" else cv2.initUndistortRectifyMap
        size = (lens.width, lens.height)
        maps = make(lens.matrix, np.array(lens.distortion), np.eye(3), self.camera.matrix, size, cv2.CV_32FC1)
        self._maps = cv2.convertMaps(*maps, cv2.CV_16SC2)

    def apply(self, image: ImageArray) -> ImageArray:
        """Return the linear picture, (H, W, 3) uint8, of the lens's picture of the same shape.

        Raises:
            InvalidInput: If the image is not of the lens's size.
        """
        height, width = image.shape[:2]
        if (width, height) != (self.lens.width, self.lens.height):
            raise InvalidInput(
                f"image is {width}x{height}; expected {self.lens.width}x{self.lens.height}, the size of the lens"
            )
        # Replicated, because the maps are rounded and may reach a fraction of a pixel over the border.
        linear = cv2.remap(image, *self._maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(linear, dtype=np.uint8)


def _check_monotone(lens: Lens) -> None:
    """Refuse a lens in which points further out are seen further in, anywhere within its picture."""
    reach = math.hypot(max(lens.cx, lens.width - lens.cx), max(lens.cy, lens.height - lens.cy))
    for turn in np.linspace(0.0, 2.0 * np.pi, 8, endpoint=False):
        # Half a turn off the axis is as far as a direction can be; a pinhole model ends before a right angle.
        angles = np.linspace(0.0, np.pi / 2 * 0.98, 8 * _SAMPLES)
        rays = np.stack([np.sin(angles) * np.cos(turn), np.sin(angles) * np.sin(turn), np.cos(angles)], axis=1)
        radii = np.linalg.norm(lens.project(rays) - (lens.cx, lens.cy), axis=1)
        falls = np.flatnonzero(np.diff(radii) <= 0.0)
        border = _border_distance(lens, turn)
        if len(falls) and radii[falls[0]] < min(border, reach):
            raise InvalidInput(
                f"the lens's distortion {lens.distortion} folds its picture {radii[falls[0]]:.0f} pixels from the "
                f"middle; expected no fold within {border:.0f}: calibrate again with boards near the picture's borders"
            )


def _border_distance(lens: Lens, turn: float) -> float:
    """Return how far the border is from the principal point in one direction, pixels."""
    across, down = math.cos(turn), math.sin(turn)
    to_side = (lens.width - lens.cx if across > 0 else lens.cx) / max(abs(across), 1e-9)
    to_end = (lens.height - lens.cy if down > 0 else lens.cy) / max(abs(down), 1e-9)
    return min(to_side, to_end)


def _shortest_covered_focal(lens: Lens) -> float:
    """Return the shortest focal length, pixels, whose linear picture lies wholly within the lens's picture."""
    across = np.linspace(-0.5, 0.5, _SAMPLES) * (lens.width - 1)
    down = np.linspace(-0.5, 0.5, _SAMPLES) * (lens.height - 1)
    sides = [np.stack([np.full(_SAMPLES, x), down], axis=1) for x in (across[0], across[-1])]
    ends = [np.stack([across, np.full(_SAMPLES, y)], axis=1) for y in (down[0], down[-1])]
    border = np.concatenate(sides + ends)

    def covered(focal: float) -> bool:
        rays = np.concatenate([border / focal, np.ones((len(border), 1))], axis=1)
        seen = lens.project(rays)
        return bool((seen >= 0.0).all() and (seen <= (lens.width - 1, lens.height - 1)).all())

    low, high = 0.2 * min(lens.fx, lens.fy), 4.0 * max(lens.fx, lens.fy)
    if not covered(high):
        raise InvalidInput(
            f"the lens's principal point ({lens.cx:.0f}, {lens.cy:.0f}) is so far from the middle of its "
            f"{lens.width}x{lens.height} picture that no linear picture fits; calibrate again"
        )
    # From the long side: below the answer a folding model may seem to be covered again.
    while high / low > 1.0 + 1e-6:
        middle = max(math.sqrt(low * high), 0.97 * high)
        if covered(middle):
            high = middle
        else:
            low = middle
    return high
