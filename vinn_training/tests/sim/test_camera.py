import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.sim.camera import CameraConfig


@pytest.mark.parametrize(
    ("field", "value"),
    [("width_px", 0), ("height_px", 100_000), ("vertical_fov_rad", 0.0), ("vertical_fov_rad", float("nan"))],
)
def test_what_cannot_be_a_camera_is_refused_by_name(field: str, value: float) -> None:
    with pytest.raises(InvalidInput, match=field):
        CameraConfig(**{field: value})
