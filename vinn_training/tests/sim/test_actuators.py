from dataclasses import replace

import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.sim.kinematic_robot import START


@pytest.mark.parametrize("field", ["base_m", "gripper_rad"])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_target_that_is_no_number_is_refused(field, value):
    with pytest.raises(InvalidInput, match=field):
        replace(START, **{field: value})
