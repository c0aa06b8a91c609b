import math

import pytest

from vinn_ros.stretch_bridge.odometer import BaseOdometer
from vinn_training.exceptions import InvalidInput


def test_way_is_signed_and_counts_from_the_first_pose():
    odometer = BaseOdometer()
    odometer.update(7.0, -3.0, 0.0)
    assert odometer.update(7.2, -3.0, 0.0) == pytest.approx(0.2)
    assert odometer.update(6.9, -3.0, 0.0) == pytest.approx(-0.1)


def test_way_is_along_the_heading():
    odometer = BaseOdometer()
    odometer.update(0.0, 0.0, math.pi / 2)
    assert odometer.update(0.0, 0.3, math.pi / 2) == pytest.approx(0.3)
    assert odometer.update(0.0, 0.2, math.pi / 2) == pytest.approx(0.2)


def test_turning_on_the_spot_is_no_way_even_across_pi():
    odometer = BaseOdometer()
    odometer.update(1.0, 1.0, 3.1)
    assert odometer.update(1.0, 1.0, -3.1) == 0.0
    assert odometer.update(0.9, 1.0, -3.1) == pytest.approx(0.1, abs=1e-3)


@pytest.mark.parametrize("pose", [(math.nan, 0, 0), (0, math.inf, 0), (0, 0, math.nan)])
def test_bad_pose_is_refused_and_forgotten(pose):
    odometer = BaseOdometer()
    odometer.update(0.0, 0.0, 0.0)
    with pytest.raises(InvalidInput, match="odometry"):
        odometer.update(*pose)
    assert odometer.update(0.1, 0.0, 0.0) == pytest.approx(0.1)
