"""Ground truth of a simulated scene: for scoring and for the expert, never for a policy."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class TaskState(NamedTuple):
    """Ground truth for scoring. No policy may see it.

    Attributes:
        door_angle_rad: Hinge angle, zero when closed.
        handle_grasped: Both fingertips touch the handle, now.
        lateral_offset_m: Where the robot started along the cabinet's front.
        scene: Name of the scene.
    """

    door_angle_rad: float
    handle_grasped: bool
    lateral_offset_m: float
    scene: str


class GraspGeometry(NamedTuple):
    """What the privileged expert reads. World axes: x along base_link x, -y along the arm, z up; metres.

    Attributes:
        grasp_m: (3,) float64, point between the fingertips.
        handle_m: (3,) float64, centre of the handle's bar.
        hinge_m: (3,) float64, a point on the door's hinge axis, which is vertical.
        opening_axis: +1 if the door opens counter-clockwise seen from above, otherwise -1.
    """

    grasp_m: NDArray[np.float64]
    handle_m: NDArray[np.float64]
    hinge_m: NDArray[np.float64]
    opening_axis: float
