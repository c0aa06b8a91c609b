from types import SimpleNamespace

from fake_node import FakeNode
from rclpy.task import Future

from vinn_ros.stretch_bridge.outputs.driver_services import DriverServices


def test_a_service_that_is_not_there_is_said_and_not_waited_for():
    node = FakeNode()
    services = DriverServices(node, None)
    node.services_answer = False
    services.call("stop_the_robot")
    assert node.called == []
    assert "/stop_the_robot is not there yet" in node.logger.lines[0]


def test_a_refusal_is_logged_when_it_comes():
    node, answer = FakeNode(), Future()
    node.create_client = lambda *_, **__: SimpleNamespace(
        srv_name="/switch_to_position_mode", service_is_ready=lambda: True, call_async=lambda _: answer
    )
    DriverServices(node, None).call("switch_to_position_mode")
    assert node.logger.lines == []
    answer.set_result(SimpleNamespace(success=False, message="runstopped"))
    assert node.logger.lines == ["/switch_to_position_mode was refused: runstopped"]
