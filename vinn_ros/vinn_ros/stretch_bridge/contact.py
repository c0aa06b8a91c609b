"""Notices a joint that pushes harder than it should, where the driver says how hard it pushes."""

from __future__ import annotations

import math
from collections.abc import Mapping

from vinn_training.kinematics import joints

#: Joints by the group that has one threshold; each group is a parameter `max_effort_<group>`.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "lift": (joints.LIFT,),
    "arm": (joints.EXTENSION, *joints.ARM_SEGMENTS),
    "wrist": joints.WRIST,
    "gripper": (joints.FINGER_LEFT, joints.FINGER_RIGHT),
}


class ContactLimits:
    """Compares the efforts in joint states with a threshold for each group of joints.

    Efforts are in the driver's own unit, of which Hello Robot's driver promises nothing: look at them in /diagnostics
    during free motions, and set the threshold above the largest.

    Args:
        max_efforts: Threshold by group, compared with the effort's absolute value; 0 for none.

    Attributes:
        max_efforts: The same; may be replaced at any time.
    """

    def __init__(self, max_efforts: Mapping[str, float]) -> None:
        self.max_efforts = dict(max_efforts)

    def __call__(self, efforts: Mapping[str, float]) -> str | None:
        """Return why the robot must not push on, or None.

        Args:
            efforts: The newest, by joint name; not a number where the driver knows none.
        """
        largest = largest_efforts(efforts)
        for group, limit in self.max_efforts.items():
            if limit <= 0.0:
                continue
            if group not in largest:
                return (
                    f"max_effort_{group} is {limit:g}, but joint states carry no effort of the {group}; "
                    f"set max_effort_{group} to 0 to go on without it"
                )
            if largest[group] > limit:
                return f"contact: the {group}'s effort is {largest[group]:.3g}, its max_effort_{group} {limit:g}"
        return None


def largest_efforts(efforts: Mapping[str, float]) -> dict[str, float]:
    """Return the largest absolute effort of each group that has any."""
    found = {}
    for group, members in GROUPS.items():
        values = [abs(efforts[name]) for name in members if math.isfinite(efforts.get(name, math.nan))]
        if values:
            found[group] = max(values)
    return found


def efforts_text(efforts: Mapping[str, float]) -> str:
    """Return efforts for /diagnostics."""
    return ", ".join(f"{group} {value:.3g}" for group, value in largest_efforts(efforts).items()) or "no effort"
