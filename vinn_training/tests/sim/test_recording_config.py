import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.sim.recording_config import RecordingConfig


@pytest.mark.parametrize(
    ("field", "value"),
    [("approach_noise_m", -0.1), ("slip_probability", 1.5), ("kick_m", float("nan")), ("max_steps", 0)],
)
def test_settings_that_cannot_be_are_refused_by_name(field: str, value: float) -> None:
    with pytest.raises(InvalidInput, match=field):
        RecordingConfig(**{field: value})
