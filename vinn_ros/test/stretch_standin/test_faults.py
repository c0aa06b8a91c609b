from __future__ import annotations

import math

import pytest

from vinn_ros.stretch_standin.faults import HEALTHY, Faults
from vinn_training.exceptions import InvalidInput


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("image", "purple"),
        ("image_latency_s", -0.1),
        ("image_drop_fraction", 1.5),
        ("image_drop_fraction", math.nan),
        ("speed_factor", 0.0),
        ("stamp_offset_s", math.inf),
        ("stuck_joint", "joint_elbow"),
        ("mode", "position"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name(name, value):
    with pytest.raises(InvalidInput, match=f"fault {name} is '?{value}.*expected"):
        Faults(**{name: value})


def test_changes_and_what_is_active():
    faults = HEALTHY.changed({"image": "black", "speed_factor": 0.5})
    assert faults.active() == {"image": "black", "speed_factor": 0.5}
    assert HEALTHY.active() == {}
    with pytest.raises(InvalidInput, match="unknown fault 'imagee'; expected one of: image"):
        HEALTHY.changed({"imagee": "black"})
