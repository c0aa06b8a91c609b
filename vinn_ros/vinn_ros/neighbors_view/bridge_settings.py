"""Asks the bridge for the parameters of its kinematics, without ever waiting for the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rcl_interfaces.msg import Parameter as ParameterMessage
from rcl_interfaces.srv import GetParameters
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.task import Future

from vinn_ros.stretch_bridge.kinematics_settings import KINEMATICS_PARAMETERS

_NAMES = [spec.name for spec in KINEMATICS_PARAMETERS]


class BridgeSettings:
    """Asks each time `ask` is called and the last answer is there.

    Args:
        node: Ours.
        bridge: Name of the bridge's node.
        on_values: Called with the parameters by name when they come, and when they have changed.
    """

    def __init__(self, node: Node, bridge: str, on_values: Callable[[dict[str, Any]], None]) -> None:
        self._client = node.create_client(GetParameters, f"{bridge}/get_parameters")
        self._on_values = on_values
        self._asked: Future | None = None
        self._values: dict[str, Any] = {}

    def ask(self) -> None:
        """Ask, where the bridge is there."""
        if self._asked is not None and not self._asked.done():
            if self._client.service_is_ready():
                return
            self._client.remove_pending_request(self._asked)  # the bridge ended before it answered
        self._asked = None
        if self._client.service_is_ready():
            self._asked = self._client.call_async(GetParameters.Request(names=_NAMES))
            self._asked.add_done_callback(self._take)

    def _take(self, future: Future) -> None:
        answer = future.result()
        if answer is None or len(answer.values) != len(_NAMES):
            return
        parts = (ParameterMessage(name=name, value=value) for name, value in zip(_NAMES, answer.values, strict=True))
        values = {part.name: _plain(Parameter.from_parameter_msg(part).value) for part in parts}
        if values != self._values and None not in values.values():
            self._values = values
            self._on_values(values)


def _plain(value: Any) -> Any:
    """Return an array as the list of numbers that a parameter file has."""
    return value if value is None or isinstance(value, (bool, int, float, str)) else list(value)
