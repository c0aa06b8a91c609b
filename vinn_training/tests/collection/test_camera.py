import numpy as np
import pytest

from vinn_training.collection.camera import PinholeCamera
from vinn_training.exceptions import InvalidInput


def test_a_point_ahead_falls_on_the_principal_point() -> None:
    camera = PinholeCamera(640, 480, 400.0, 410.0, 320.0, 240.0)
    pixel = camera.matrix @ np.array([0.0, 0.0, 2.0])
    np.testing.assert_allclose(pixel / pixel[2], [320, 240, 1])
    pixel = camera.matrix @ np.array([0.5, 0.5, 1.0])  # right and down
    np.testing.assert_allclose(pixel, [520, 445, 1])


@pytest.mark.parametrize("values", [(0, 480, 1, 1, 0, 0), (640, 480, -1, 1, 0, 0), (640, 480, 1, 1, 700, 0)])
def test_impossible_cameras_are_refused(values: tuple) -> None:
    with pytest.raises(InvalidInput):
        PinholeCamera(*values)
