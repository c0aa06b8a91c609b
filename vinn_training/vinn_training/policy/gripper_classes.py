"""The paper's four gripper classes, for methods that classify: closed, almost closed, almost open, open."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

CLASS_COUNT = 4


def classes_of(openings: NDArray[Any]) -> NDArray[np.int64]:
    """Return the class nearest to each opening in [0, 1]: 0 closed, 1/3 and 2/3 in between, 3 open."""
    scaled = np.asarray(openings, dtype=np.float64) * (CLASS_COUNT - 1)
    return np.clip(np.floor(scaled + 0.5), 0, CLASS_COUNT - 1).astype(np.int64)


def opening_of(gripper_class: int) -> float:
    """Return the opening that a class stands for."""
    return gripper_class / (CLASS_COUNT - 1)
