import pytest
from fake_node import FakeNode

from vinn_ros.stretch_bridge.driver_needs import TOPIC_NEEDS
from vinn_ros.stretch_bridge.inputs import DriverStatus
from vinn_ros.stretch_bridge.outputs.joint_trajectory import JointTrajectoryOutput
from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import joints

VALUES = {joints.LIFT: 0.65, joints.EXTENSION: 0.1, joints.BASE: 0.0}
STATUS = DriverStatus(TOPIC_NEEDS)


@pytest.fixture
def node() -> FakeNode:
    return FakeNode()


@pytest.fixture
def output(node) -> JointTrajectoryOutput:
    names = [f"{joints.LIFT}=lift", joints.EXTENSION]
    return JointTrajectoryOutput(node, None, "arm/joint_trajectory", names, slide_mps=0.1, turn_radps=1.0)


def point(message) -> dict[str, float]:
    return dict(zip(message.joint_names, message.points[0].positions, strict=True))


def test_a_motion_lasts_as_long_as_its_way_takes(output, node):
    assert output.joint_names(["lift", "wheel"]) == [joints.LIFT, "wheel"]
    output.joint_states({joints.LIFT: 0.6, joints.EXTENSION: 0.1})
    assert output.send(VALUES, None) == {joints.LIFT: 0.65, joints.EXTENSION: 0.1}
    assert point(node.published[0]) == {"lift": 0.65, joints.EXTENSION: 0.1}
    assert node.published[0].points[0].time_from_start.nanosec == 500_000_000  # 5 cm at 0.1 m/s


@pytest.mark.parametrize("values", [None, {joints.LIFT: 0.61, joints.EXTENSION: 0.12, joints.BASE: 0.0}])
def test_a_hold_goes_to_where_the_robot_is(output, node, values):
    output.joint_states({joints.LIFT: 0.61, joints.EXTENSION: 0.12})
    output.hold(values, STATUS)
    assert point(node.published[0]) == {"lift": 0.61, joints.EXTENSION: 0.12}


def test_a_robot_that_was_never_heard_cannot_be_held_and_that_is_said(output, node):
    output.hold(None, STATUS)
    assert node.published == []
    assert "cannot be held" in node.logger.lines[0]


def test_a_motion_of_a_base_that_is_not_there_is_not_sent(output, node):
    output.joint_states({joints.LIFT: 0.6, joints.EXTENSION: 0.1})
    with pytest.raises(InvalidInput, match="drives the base"):
        output.send({**VALUES, joints.BASE: 0.02}, None)
    assert node.published == []


def test_joint_states_and_a_controller_are_waited_for(output, node):
    assert "joint states lack lift, wrist_extension" in output.poll()
    output.joint_states({joints.LIFT: 0.6, joints.EXTENSION: 0.1})
    assert "nobody takes trajectories on /arm/joint_trajectory" in output.poll()


def test_the_controller_is_found_and_a_foreign_trajectory_told(output, node):
    node.listeners = ["joint_trajectory_controller"]
    output.joint_states({joints.LIFT: 0.6, joints.EXTENSION: 0.1})
    assert output.poll() is None
    output.send(VALUES, None)
    hear = node.callbacks["arm/joint_trajectory"]
    hear(node.published[0])
    assert output.poll() is None
    hear(type(node.published[0])(joint_names=["lift"]))
    assert "somebody else sent a command" in output.poll()
