"""Known paths for a simulated hand-held camera: approach, sideways, and the pull of a door along its arc."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.sim.cabinet_model import HANDLE_RADIUS_M

#: Where the camera sits when the grabber holds the handle: above it, and away from the door, front frame.
_HOLD_ABOVE_M, _HOLD_AWAY_M = 0.11, 0.40
_DOOR_OPEN_RAD = math.radians(55.0)
# The hand turns less than the door.
_TURN_WITH_DOOR = 0.4
_PITCH_DOWN_RAD = math.radians(18.0)


class FlightPath(NamedTuple):
    """Poses in the front frame (x right as the camera sees it, y up, z out of the door), and the door.

    Attributes:
        centers_m: (N, 3) float64, camera centres.
        rotations: (N, 3, 3) float64, camera's optical frame (x right, y down, z forward) to front frame.
        door_rad: (N,) float64, opening angle of the door; zero in the first half.
    """

    centers_m: NDArray[np.float64]
    rotations: NDArray[np.float64]
    door_rad: NDArray[np.float64]


def flight_path(seed: int, frames: int, side: float, handle_height_m: float) -> FlightPath:
    """Draw a path: even seeds come straight to the handle, odd ones move sideways first; both then pull the door.

    Args:
        seed: Of start, direction and tremor.
        frames: Number of poses, N.
        side: +1 for a hinge on the right, -1 for the left.
        handle_height_m: Of the handle's centre above the floor.

    Returns:
        The path.
    """
    rng = np.random.default_rng([seed, 7])
    hold = np.array([0.0, handle_height_m + _HOLD_ABOVE_M, 0.05 + _HOLD_AWAY_M])
    reach = frames // 2
    start = hold + np.array([rng.uniform(-0.08, 0.08), rng.uniform(-0.03, 0.06), rng.uniform(0.30, 0.40)])
    if seed % 2:
        start[0] += rng.choice([-1.0, 1.0]) * rng.uniform(0.20, 0.28)
        corner = np.array([hold[0], start[1], start[2] - 0.06])
        centers = _along(np.array([start, corner, hold]), reach)
    else:
        centers = _along(np.array([start, hold]), reach)
    angle = np.linspace(0.0, _DOOR_OPEN_RAD, frames - reach + 1)[1:]
    # The handle turns about the hinge; the camera goes with it.
    hinge = np.array([side * HANDLE_RADIUS_M, 0.0, 0.0])
    arm = np.array([-side * HANDLE_RADIUS_M, 0.0, 0.05])
    pulled = np.array([hold - (hinge + arm) + hinge + _about_y(-side * a) @ arm * [1, 0, 1] for a in -angle])
    yaw = np.concatenate((rng.uniform(-0.1, 0.1) * np.linspace(1.0, 0.0, reach), _TURN_WITH_DOOR * side * angle))
    tremor = _smooth(rng, frames, 6)
    centers = np.concatenate((centers, pulled)) + 0.006 * tremor[:, :3]
    rotations = np.array(
        [
            _camera_to_front(turn + 0.03 * shake[3], _PITCH_DOWN_RAD + 0.03 * shake[4], 0.04 * shake[5])
            for turn, shake in zip(yaw, tremor, strict=True)
        ]
    )
    return FlightPath(centers, rotations, np.concatenate((np.zeros(reach), angle)))


def _along(corners: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return points at nearly even distances along a polyline, slower at both ends, as a hand is."""
    lengths = np.concatenate(([0.0], np.cumsum(np.linalg.norm(np.diff(corners, axis=0), axis=1))))
    even = np.linspace(0.0, 1.0, count)
    eased = 0.7 * even + 0.3 * (3.0 * even**2 - 2.0 * even**3)
    wanted = eased * lengths[-1]
    return np.column_stack([np.interp(wanted, lengths, corners[:, axis]) for axis in range(3)])


def _smooth(rng: np.random.Generator, frames: int, columns: int) -> NDArray[np.float64]:
    """Return a tremor, (frames, columns), within about one, that changes over a few frames."""
    knots = rng.standard_normal((frames // 4 + 3, columns))
    at = np.linspace(0.0, len(knots) - 1.0, frames)
    return np.column_stack([np.interp(at, np.arange(len(knots)), knots[:, column]) for column in range(columns)])


def _about_y(angle_rad: float) -> NDArray[np.float64]:
    cos, sin = math.cos(angle_rad), math.sin(angle_rad)
    return np.array([[cos, 0.0, sin], [0.0, 1.0, 0.0], [-sin, 0.0, cos]])


def _camera_to_front(yaw_rad: float, pitch_down_rad: float, roll_rad: float) -> NDArray[np.float64]:
    """Return the rotation of a camera that looks into the door (-z), then turned; positive yaw looks to the left."""
    look = np.diag([1.0, -1.0, -1.0])
    cos, sin = math.cos(pitch_down_rad), math.sin(pitch_down_rad)
    down = np.array([[1.0, 0.0, 0.0], [0.0, cos, sin], [0.0, -sin, cos]])
    cos, sin = math.cos(roll_rad), math.sin(roll_rad)
    roll = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
    return _about_y(yaw_rad) @ look @ down @ roll
