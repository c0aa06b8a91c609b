"""Where a translation takes the camera, within the limits that hold before any joint is looked at."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics.controller_config import CartesianControllerConfig

#: A robot this many leads away from its commanded position was moved by something else (a person, a new episode).
_MOVED_BY_OTHERS = 2.0


def target_position(
    requested_m: NDArray[np.float64],
    commanded_m: NDArray[np.float64],
    measured_m: NDArray[np.float64],
    camera_to_grasp_m: NDArray[np.float64],
    config: CartesianControllerConfig,
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Return the camera's target, and the limits that shortened the way to it.

    The translation is added to the commanded position, which may lead the measured one by so much only.

    Args:
        requested_m: (3,) float64, translation, in the world's axes like all others here.
        commanded_m: (3,) float64, where the camera was sent last.
        measured_m: (3,) float64, where it is.
        camera_to_grasp_m: (3,) float64, from the camera to the point between the fingertips.
        config: Largest step and lead, and the workspace of the fingertips.

    Returns:
        Position, (3,) float64, and one line for each limit.
    """
    clipped: list[str] = []
    length_m = float(np.linalg.norm(requested_m))
    step = requested_m
    if length_m > config.max_step_m * (1.0 + 1e-6):
        clipped.append(f"translation of {length_m:.3g} m shortened to {config.max_step_m:.3g} m")
        step = requested_m * (config.max_step_m / length_m)
    behind = commanded_m - measured_m
    behind_m = float(np.linalg.norm(behind))
    if behind_m > _MOVED_BY_OTHERS * config.max_lead_m:
        # Chasing the old position would be a motion that nobody asked for.
        clipped.append(f"robot found {behind_m:.3g} m from where it was commanded; going on from where it is")
        behind = np.zeros(3)
    lead = behind + step
    lead_m = float(np.linalg.norm(lead))
    allowed_m = max(config.max_lead_m, float(np.linalg.norm(step)))
    if lead_m > allowed_m * (1.0 + 1e-6):
        clipped.append(f"lead of {lead_m:.3g} m over the measured position shortened to {allowed_m:.3g} m")
        lead = lead * (allowed_m / lead_m)
    inside, faces = config.workspace.clamp(measured_m + lead + camera_to_grasp_m)
    return inside - camera_to_grasp_m, (*clipped, *faces)


def checked_translation(value: ArrayLike) -> NDArray[np.float64]:
    """Return a translation as (3,) float64, metres.

    Raises:
        InvalidInput: If it is not three finite numbers, or so long that its length is not finite.
    """
    try:
        translation = np.array(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"translation is {value!r}; expected three numbers") from error
    if translation.shape != (3,) or not np.isfinite(np.linalg.norm(translation)):
        raise InvalidInput(f"translation is {translation.tolist()}; expected three finite metres")
    return translation
