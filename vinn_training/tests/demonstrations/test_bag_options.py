import pytest

from vinn_training.demonstrations.bag_options import BagOptions
from vinn_training.exceptions import InvalidInput


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"poses": "gps"}, "poses is 'gps'; expected one of: auto, topic, tf, joints, odometry"),
        ({"gripper": "x"}, "gripper is 'x'"),
        ({"clock": "wall"}, "clock is 'wall'; expected one of: header, receive"),
        ({"max_gap_s": -1.0}, "max_gap_s is -1.0"),
        ({"rest_m": float("nan")}, "rest_m is nan"),
        ({"gripper_open_rad": -0.2}, "expected two different angles"),
    ],
)
def test_what_makes_no_sense_is_refused(values, reason):
    with pytest.raises(InvalidInput, match=reason):
        BagOptions(**values)
