"""Lenses of common GoPro modes, from nominal fields of view: starting points, not calibrations.

The angles (horizontal, vertical, diagonal) are those that GoPro published for the HERO5 to HERO7 Black, stabilisation
off. One equidistant lens with one coefficient is fitted to the three of each mode and meets them within 0.2 degrees;
a tape-measure test of an older model found 121, 93 and 146 degrees for 4:3 wide (R. Cunniff, 2012). Stabilisation
crops by about a tenth, zoom crops more, and newer models differ, so a preset's focal length may be 5 to 10 per cent
off, which costs some degrees of direction: calibrate (`vinn calibrate`) where that matters. Linear modes need no lens.
"""

from __future__ import annotations

import math

import numpy as np

from vinn_training.collection.lens import Lens
from vinn_training.exceptions import InvalidInput

#: Name: (width, height, horizontal, vertical and diagonal field of view in degrees).
_MODES = {
    "gopro-wide-16x9": (1920, 1080, 118.2, 69.5, 133.6),
    "gopro-wide-4x3": (1600, 1200, 122.6, 94.4, 149.2),
}

PRESETS = tuple(_MODES)


def preset_lens(name: str) -> Lens:
    """Return the lens of a named preset, for one size of picture; `Lens.scaled` fits it to others.

    Raises:
        InvalidInput: If there is no such preset.
    """
    if name not in _MODES:
        raise InvalidInput(f"lens preset is {name!r}; expected one of: {', '.join(PRESETS)}")
    width, height, *angles_deg = _MODES[name]
    focal, k1 = _fit_equidistant(width, height, angles_deg)
    return Lens(
        model="fisheye",
        width=width,
        height=height,
        fx=focal,
        fy=focal,
        cx=(width - 1) / 2,
        cy=(height - 1) / 2,
        distortion=(k1, 0.0, 0.0, 0.0),
        source=f"preset {name}: nominal field of view, not a calibration",
    )


def _fit_equidistant(width: int, height: int, angles_deg: list[float]) -> tuple[float, float]:
    """Return focal length (pixels) and k1 of r = f (theta + k1 theta^3) that fit half angles at the borders."""
    radii = np.array([width / 2, height / 2, math.hypot(width, height) / 2])
    half = np.radians(angles_deg) / 2
    (focal, cubic), *_ = np.linalg.lstsq(np.stack([half, half**3], axis=1), radii, rcond=None)
    return float(focal), float(cubic / focal)
