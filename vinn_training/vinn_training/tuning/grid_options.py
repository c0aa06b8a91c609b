"""From what was asked for to the grid of settings: usual ranges, which follow the bank's distances."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from vinn_training.evaluation.calibrated_neighbors import FACTORS
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import TEMPERATURE_LIMITS
from vinn_training.policy.gripper import GripperThresholds
from vinn_training.tuning.grid import TuningGrid

DEFAULT_K = (1, 3, 5, 10, 20, 50)
DEFAULT_SCALES = tuple(round(0.1 * step, 1) for step in range(1, 11))
DEFAULT_THRESHOLDS = tuple(round(0.1 * step, 1) for step in range(1, 10))
#: Few levels at the upper end: the policy's default holds where an image is farther than all demonstrations.
DEFAULT_QUANTILES = (0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999, 1.0)
#: Temperatures, in units of the typical distance: from the nearest neighbour alone to all alike.
DEFAULT_FACTORS = (*FACTORS, 2.0, 5.0)


@dataclass(frozen=True)
class GridOptions:
    """Values to try; where a parameter has none, a usual range. The starting point's values are always tried too.

    Attributes:
        k: Neighbours. The usual: 1, 3, 5, 10, 20, 50.
        temperature: Of the softmin. The usual: from a hundredth to five times the bank's typical distance between
            demonstrations.
        action_scale: c, the same on all axes. The usual: 0.1 to 1.
        close_below: Openings up to which the gripper closes. The usual: 0.1 to 0.9.
        open_above: Openings from which on it opens; every pair that is not crossed is tried.
        hold_quantile: Above it the robot holds. The usual: 0.5 to 1, where 1 never holds.
    """

    k: tuple[int, ...] = ()
    temperature: tuple[float, ...] = ()
    action_scale: tuple[float, ...] = ()
    close_below: tuple[float, ...] = ()
    open_above: tuple[float, ...] = ()
    hold_quantile: tuple[float, ...] = ()


def make_grid(options: GridOptions, typical_distance: float) -> TuningGrid:
    """Return the grid of the options' values.

    Args:
        options: What was asked for.
        typical_distance: Of a frame to the nearest frame of another demonstration; 0 where it is not known.

    Raises:
        InvalidInput: If a value is none that the policy takes, or all pairs of thresholds are crossed.
    """
    pairs = [
        GripperThresholds(close, open_above)
        for close in options.close_below or DEFAULT_THRESHOLDS
        for open_above in options.open_above or DEFAULT_THRESHOLDS
        if close <= open_above
    ]
    if not pairs:
        raise InvalidInput(
            f"close_below {list(options.close_below)} and open_above {list(options.open_above)} are crossed in every "
            "pair; expected one with close_below <= open_above"
        )
    return TuningGrid(
        k=options.k or DEFAULT_K,
        temperature=options.temperature or usual_temperatures(typical_distance),
        action_scale=tuple((value, value, value) for value in options.action_scale or DEFAULT_SCALES),
        thresholds=tuple(pairs),
        hold_distance_quantile=options.hold_quantile or DEFAULT_QUANTILES,
    )


def usual_temperatures(typical_distance: float) -> tuple[float, ...]:
    """Return temperatures to try, to two digits and within what the policy node takes.

    Args:
        typical_distance: See `make_grid`; 1 is taken where it is not known.
    """
    scale = typical_distance if math.isfinite(typical_distance) and typical_distance > 0.0 else 1.0
    values = np.clip([float(f"{factor * scale:.2g}") for factor in DEFAULT_FACTORS], *TEMPERATURE_LIMITS)
    return tuple(sorted({float(value) for value in values}))
