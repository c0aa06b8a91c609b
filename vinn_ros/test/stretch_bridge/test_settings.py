import pytest

from vinn_ros.stretch_bridge.settings import PARAMETERS, bridge_config, controller_config
from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics.controller_config import CartesianControllerConfig

DEFAULTS = {spec.name: spec.default for spec in PARAMETERS}


def test_defaults_are_the_papers_robot_and_do_not_move_by_themselves():
    assert not DEFAULTS["enabled_on_start"]
    assert bridge_config(DEFAULTS).step_length_m == 0.05
    config, expected = controller_config(DEFAULTS), CartesianControllerConfig()
    assert (config.description, config.workspace) == (expected.description, expected.workspace)
    assert config.camera_mount.parent_link == expected.camera_mount.parent_link
    assert (config.camera_mount.position_m == expected.camera_mount.position_m).all()


def test_every_parameter_is_described_and_step_length_is_bounded():
    assert all(spec.description for spec in PARAMETERS)
    spec = next(spec for spec in PARAMETERS if spec.name == "step_length_m")
    assert spec.live
    assert spec.problem(0.004)
    assert spec.problem(0.09)
    assert spec.problem(float("nan"))
    assert spec.problem(0.03) is None


def test_newer_tool_brings_its_own_gripper_link():
    config = controller_config(DEFAULTS | {"robot_description": "SE3/eoa_wrist_dw3_tool_sg3"})
    assert config.camera_mount.parent_link == "link_gripper_s3_body"
    config = controller_config(DEFAULTS | {"camera_link": "link_wrist_roll"})
    assert config.camera_mount.parent_link == "link_wrist_roll"


@pytest.mark.parametrize(
    "change",
    [
        {"gripper_open_rad": -0.5},
        {"workspace_lower_m": [2.0, -1.0, 0.0]},
    ],
)
def test_values_that_do_not_fit_together_are_refused(change):
    with pytest.raises(InvalidInput):
        controller_config(DEFAULTS | change)


def test_empty_camera_frame_is_refused():
    with pytest.raises(InvalidInput, match="camera_frame"):
        bridge_config(DEFAULTS | {"camera_frame": ""})
