import pytest

from vinn_ros.stretch_bridge.settings import PARAMETERS, bridge_config, check, max_efforts
from vinn_training.exceptions import InvalidInput

DEFAULTS = {spec.name: spec.default for spec in PARAMETERS}


def test_it_does_not_move_by_itself():
    assert not DEFAULTS["enabled_on_start"]
    assert not bridge_config(DEFAULTS).auto_resume
    assert bridge_config(DEFAULTS).step_length_m == 0.05


def test_deadlines_are_those_of_a_robot():
    config = bridge_config(DEFAULTS)
    assert (config.max_image_age_s, config.max_action_age_s) == (0.2, 0.2)


def test_every_parameter_is_described_and_step_length_is_bounded():
    assert all(spec.description for spec in PARAMETERS)
    spec = next(spec for spec in PARAMETERS if spec.name == "step_length_m")
    assert spec.live
    assert spec.problem(0.004)
    assert spec.problem(0.09)
    assert spec.problem(float("nan"))
    assert spec.problem(0.03) is None


def test_efforts_are_off_by_default():
    assert max_efforts(DEFAULTS) == {"lift": 0.0, "arm": 0.0, "wrist": 0.0, "gripper": 0.0}
    assert max_efforts(DEFAULTS | {"max_effort_arm": 30.0})["arm"] == 30.0


def test_empty_camera_frame_is_refused():
    with pytest.raises(InvalidInput, match="camera_frame"):
        bridge_config(DEFAULTS | {"camera_frame": ""})


@pytest.mark.parametrize(
    ("change", "said"), [({"camera_frame": ""}, "camera_frame"), ({"gripper_open_rad": -0.5}, "gripper")]
)
def test_a_mistake_is_told_without_a_description(change, said):
    with pytest.raises(InvalidInput, match=said):
        check(DEFAULTS | {"robot_description": "none at all"} | change)
