import math

import numpy as np
import pytest

from vinn_training.collection.lens import Linearizer
from vinn_training.collection.lens_presets import PRESETS, preset_lens
from vinn_training.exceptions import InvalidInput

ANGLES_DEG = {"gopro-wide-16x9": (118.2, 69.5, 133.6), "gopro-wide-4x3": (122.6, 94.4, 149.2)}


@pytest.mark.parametrize("name", PRESETS)
def test_presets_have_the_nominal_fields_of_view(name: str) -> None:
    lens = preset_lens(name)
    ends = [(lens.width - 0.5, lens.cy), (lens.cx, lens.height - 0.5), (lens.width - 0.5, lens.height - 0.5)]
    for (x, y), angle_deg in zip(ends, ANGLES_DEG[name], strict=True):
        half = math.radians(angle_deg) / 2
        across, down = x - lens.cx, y - lens.cy
        direction = np.array([across, down]) / math.hypot(across, down) * math.sin(half)
        seen = lens.project(np.array([[*direction, math.cos(half)]]))[0]
        radius = math.hypot(*(seen - (lens.cx, lens.cy)))
        assert radius == pytest.approx(math.hypot(across, down), rel=0.005)


def test_the_linear_picture_is_near_that_of_the_authors_video() -> None:
    """Structure from motion finds 405 to 417 px in their video, 960 pixels wide and linear already."""
    lens = preset_lens("gopro-wide-16x9").scaled(960, 540)
    assert Linearizer(lens).camera.fx == pytest.approx(411, rel=0.08)


def test_unknown_presets_are_refused_with_the_choices() -> None:
    with pytest.raises(InvalidInput, match="gopro-wide-16x9"):
        preset_lens("gopro")
