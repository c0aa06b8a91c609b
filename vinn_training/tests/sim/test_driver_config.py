import math

import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import joints
from vinn_training.sim.driver_config import DriverConfig


@pytest.mark.parametrize(
    "change",
    [
        {"tool": "tool_hook"},
        {"control_period_s": 0.0},
        {"velocity_timeout_s": math.nan},
        {"speeds": {joints.BASE: 0.0}},
        {"ranges": {joints.LIFT: (1.0, 0.0)}},
    ],
)
def test_bad_settings_are_refused(change):
    with pytest.raises(InvalidInput):
        DriverConfig(**change)
