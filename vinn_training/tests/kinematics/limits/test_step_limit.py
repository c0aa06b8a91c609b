import numpy as np
import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics.limits.step_limit import StepLimit


def test_step_counts_from_the_start():
    limit = StepLimit(("lift",), np.array([0.1]))
    limit.start_at(np.array([0.5]))
    assert limit.clamp(np.array([0.56])) == pytest.approx(0.56)
    assert limit.clamp(np.array([0.63])) == pytest.approx(0.6)
    assert limit.clamp(np.array([0.2])) == pytest.approx(0.4)


def test_active_names_the_joint():
    limit = StepLimit(("lift", "arm"), np.array([0.1, 0.1]))
    limit.start_at(np.array([0.5, 0.2]))
    assert limit.active(np.array([0.6, 0.2])) == ("lift at its largest step 0.1",)


@pytest.mark.parametrize("step", [0.0, -1.0, np.inf, np.nan])
def test_bad_step_is_refused(step):
    with pytest.raises(InvalidInput, match="'lift'"):
        StepLimit(("lift",), np.array([step]))


def test_speed_binds_where_it_is_the_smaller_and_is_named():
    limit = StepLimit(("lift", "arm"), np.array([0.1, 0.1]), np.array([0.15, 0.5]), duration_s=0.4)
    limit.start_at(np.zeros(2))
    np.testing.assert_allclose(limit.max_step, [0.06, 0.1])
    assert limit.active(np.array([0.06, 0.06])) == ("lift at its largest speed 0.15 a second",)
    assert limit.active(np.array([0.0, -0.1])) == ("arm at its largest step 0.1",)
    np.testing.assert_allclose(limit.clamp(np.array([1.0, -1.0])), [0.06, -0.1])


@pytest.mark.parametrize(
    ("speed", "duration", "named"), [(0.0, 1.0, "'lift'"), (np.nan, 1.0, "'lift'"), (1.0, 0.0, "duration")]
)
def test_bad_speed_or_duration_is_refused(speed, duration, named):
    with pytest.raises(InvalidInput, match=named):
        StepLimit(("lift",), np.array([0.1]), np.array([speed]), duration)
