import pytest
from fake_node import FakeNode

from vinn_ros.stretch_bridge.driver_needs import STREAMING_NEEDS, TOPIC_NEEDS
from vinn_ros.stretch_bridge.outputs.choose import INTERFACES, OutputConfig, make_output
from vinn_ros.stretch_bridge.settings import PARAMETERS, output_config
from vinn_training.exceptions import InvalidInput


def defaults() -> dict[str, object]:
    return {spec.name: spec.default for spec in PARAMETERS}


def test_streaming_is_the_default_and_the_interface_is_not_changed_live():
    assert output_config(defaults()) == OutputConfig()
    assert make_output(FakeNode(), None, OutputConfig()).needs == STREAMING_NEEDS
    (spec,) = (spec for spec in PARAMETERS if spec.name == "interface")
    assert not spec.live
    assert spec.problem("moveit") == f"interface is 'moveit'; expected one of: {', '.join(INTERFACES)}"


def test_the_topic_is_made_of_its_parameters():
    values = {
        **defaults(),
        "interface": "joint_trajectory",
        "trajectory_topic": "arm/t",
        "trajectory_joints": ["elbow"],
    }
    with pytest.raises(InvalidInput, match="'elbow'"):
        make_output(FakeNode(), None, output_config(values))
    node = FakeNode()
    output = make_output(node, None, output_config({**values, "trajectory_joints": ["joint_lift"]}))
    assert output.needs == TOPIC_NEEDS
    assert list(node.callbacks) == ["arm/t"]


def test_an_empty_topic_is_refused():
    with pytest.raises(InvalidInput, match="trajectory_topic is empty"):
        OutputConfig(interface="joint_trajectory", trajectory_topic="")
