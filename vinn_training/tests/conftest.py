"""Pictures that a moving camera could have taken."""

from collections.abc import Callable

import numpy as np
import pytest

Views = Callable[..., list[np.ndarray]]


@pytest.fixture
def views() -> Views:
    """Return `views(seed, count, step_px=6)`: a 64x48 window that moves over a picture of its own to the right."""
    import cv2

    def make(seed: int, count: int, step_px: int = 6) -> list[np.ndarray]:
        rng = np.random.default_rng(seed)
        coarse = rng.integers(0, 256, (8, 40, 3), dtype=np.uint8)
        wide = cv2.resize(coarse, (640, 64), interpolation=cv2.INTER_CUBIC)
        return [np.ascontiguousarray(wide[8:56, index * step_px :][:, :64]) for index in range(count)]

    return make
