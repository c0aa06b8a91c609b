import pytest
from fake_node import FakeNode

from vinn_ros.stretch_bridge.inputs import DriverStatus
from vinn_ros.stretch_bridge.outputs.streaming import StreamingOutput
from vinn_training.kinematics import joints
from vinn_training.kinematics.driver_vector import BASE_ROTATE, decode

TOOL = "tool_stretch_gripper"
VECTOR = [0.1, 0.6, 0.2, 0.05, 0.7, -0.8, 0.01, 0.0]
VALUES = decode(TOOL, VECTOR)


@pytest.fixture
def node() -> FakeNode:
    return FakeNode()


@pytest.fixture
def output(node) -> StreamingOutput:
    return StreamingOutput(node, None)


def ready() -> DriverStatus:
    status = DriverStatus()
    status.mode, status.tool, status.is_homed, status.is_runstopped = "position", TOOL, True, False
    status.is_streaming = True
    return status


def test_the_vector_of_the_tool_is_sent_and_told(output, node):
    told = output.send({**VALUES, joints.WRIST_PITCH: 0.3}, TOOL)
    assert list(node.published[0].data) == VECTOR
    assert told == {name: value for name, value in VALUES.items() if name != BASE_ROTATE}


def test_a_stop_goes_both_ways_and_ends_the_bases_motion(output, node):
    output.hold({**VALUES, joints.BASE: 0.0}, ready())
    sent = decode(TOOL, node.published[0].data)
    assert 0.0 < sent[joints.BASE] < 1e-5
    assert sent[joints.LIFT] == 0.6
    assert node.called == ["stop_the_robot"]


def test_a_driver_that_takes_no_vector_is_stopped_by_the_service(output, node):
    status = ready()
    status.mode = "navigation"
    output.hold(VALUES, status)
    output.hold(None, ready())
    assert node.published == []
    assert node.called == ["stop_the_robot"] * 2


def test_a_problem_of_ours_does_not_keep_the_vector_from_stopping_the_robot(output, node):
    status = ready()
    status.output_problem = "/teleop publishes on /joint_pose_cmd too"
    output.hold(VALUES, status)
    assert len(node.published) == 1


def test_our_own_vectors_come_back_and_a_foreign_one_is_told_once(output, node):
    hear = node.callbacks["joint_pose_cmd"]
    output.send(VALUES, TOOL)
    hear(node.published[0])
    assert output.poll() is None
    output.send({**VALUES, joints.LIFT: 0.61}, TOOL)
    foreign = type(node.published[0])(data=[*VECTOR[:-1], 0.5])
    hear(foreign)
    assert "somebody else sent a command on /joint_pose_cmd" in output.poll()
    assert output.poll() is None
