from __future__ import annotations

import numpy as np
import pytest

from vinn_ros.stretch_standin.picture import SyntheticCamera
from vinn_training.exceptions import InvalidInput
from vinn_training.preprocessing import check_not_blank

NOISE = 3


def differs(a, b):
    return np.abs(a.astype(int) - b.astype(int)).max()


def test_motion_to_the_right_and_up_moves_the_view_left_and_down():
    camera = SyntheticCamera(0, 48, 64)
    here = camera.take(0, 0.0, 0.0)
    right = camera.take(0, 0.005, 0.0)  # ten pixels
    up = camera.take(0, 0.0, 0.005)
    assert differs(right[:, :-10], here[:, 10:]) < NOISE
    assert differs(up[10:], here[:-10]) < NOISE
    assert differs(right, here) > 50


def test_it_repeats_itself_and_no_two_pictures_are_equal():
    one, other = SyntheticCamera(7, 32, 32), SyntheticCamera(7, 32, 32)
    assert np.array_equal(one.take(3, 0.1, 0.2), other.take(3, 0.1, 0.2))
    at_rest = one.take(4, 0.1, 0.2)
    assert not np.array_equal(one.take(3, 0.1, 0.2), at_rest)
    assert differs(one.take(3, 0.1, 0.2), at_rest) < NOISE
    assert differs(SyntheticCamera(8, 32, 32).take(3, 0.1, 0.2), at_rest) > 50


def test_it_is_a_picture_that_perception_takes():
    picture = SyntheticCamera(0, 64, 64).take(0, -3.3, 1.1)
    assert picture.shape == (64, 64, 3)
    assert picture.dtype == np.uint8
    check_not_blank(picture)


def test_a_picture_larger_than_the_wall_repeats_it_wherever_the_camera_is():
    wall_px = 512
    for right_m, up_m in ((0.0, 0.0), (-0.8, 0.3), (1000.0, -1000.0)):
        picture = SyntheticCamera(3, 600, 640).take(0, right_m, up_m)
        assert picture.shape == (600, 640, 3)
        assert differs(picture[wall_px:], picture[: 600 - wall_px]) < NOISE
        assert differs(picture[:, wall_px:], picture[:, : 640 - wall_px]) < NOISE


@pytest.mark.parametrize("size", [(0, 32), (32, 1921)])
def test_a_size_it_cannot_make_is_refused(size):
    with pytest.raises(InvalidInput, match="expected 1 to 1920"):
        SyntheticCamera(0, *size)
