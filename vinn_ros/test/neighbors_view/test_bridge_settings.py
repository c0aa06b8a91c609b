"""Against a service that answers when the test wants it to; the real one is in test_node."""

from __future__ import annotations

import pytest
from rcl_interfaces.srv import GetParameters
from rclpy.parameter import Parameter
from rclpy.task import Future

from vinn_ros.neighbors_view.bridge_settings import BridgeSettings
from vinn_ros.stretch_bridge.kinematics_settings import KINEMATICS_PARAMETERS

DEFAULTS = {spec.name: spec.default for spec in KINEMATICS_PARAMETERS}


class Service:
    """A node's only client and what it was asked."""

    def __init__(self):
        self.ready = True
        self.asked: list[tuple[GetParameters.Request, Future]] = []
        self.forgotten: list[Future] = []

    def create_client(self, kind, name):
        self.name = name
        return self

    def service_is_ready(self):
        return self.ready

    def call_async(self, request):
        self.asked.append((request, Future()))
        return self.asked[-1][1]

    def remove_pending_request(self, future):
        self.forgotten.append(future)

    def answer(self, **changes):
        request, future = self.asked[-1]
        values = {**DEFAULTS, **changes}
        future.set_result(
            GetParameters.Response(
                values=[Parameter(name, value=values[name]).to_parameter_msg().value for name in request.names]
            )
        )


@pytest.fixture
def service():
    return Service()


@pytest.fixture
def heard():
    return []


def test_the_values_are_those_of_the_bridge_by_name(service, heard):
    settings = BridgeSettings(service, "robot/stretch_bridge", heard.append)
    assert service.name == "robot/stretch_bridge/get_parameters"
    settings.ask()
    service.answer(camera_height_m=0.2)
    assert heard == [{**DEFAULTS, "camera_height_m": 0.2}]


def test_only_a_change_is_told_again(service, heard):
    settings = BridgeSettings(service, "stretch_bridge", heard.append)
    for height in (0.2, 0.2, 0.3):
        settings.ask()
        service.answer(camera_height_m=height)
    assert [values["camera_height_m"] for values in heard] == [0.2, 0.3]


def test_nobody_is_asked_twice_before_the_answer_and_a_bridge_that_ended_is_forgotten(service, heard):
    settings = BridgeSettings(service, "stretch_bridge", heard.append)
    service.ready = False
    settings.ask()
    assert service.asked == []
    service.ready = True
    settings.ask()
    settings.ask()
    assert len(service.asked) == 1
    service.ready = False  # it ended
    settings.ask()
    assert service.forgotten == [service.asked[0][1]]
    service.ready = True
    settings.ask()
    service.answer()
    assert heard == [DEFAULTS]


def test_an_answer_that_lacks_a_parameter_is_not_used(service, heard):
    settings = BridgeSettings(service, "stretch_bridge", heard.append)
    settings.ask()
    _, future = service.asked[-1]
    future.set_result(GetParameters.Response(values=[]))
    assert heard == []
