"""The driver's services without arguments, called without waiting."""

from __future__ import annotations

from typing import Any, get_args

from rclpy.callback_groups import CallbackGroup
from rclpy.lifecycle import LifecycleNode
from std_srvs.srv import Trigger

from vinn_ros.stretch_bridge.outputs.driver_output import DriverService


class DriverServices:
    """Clients of the services that the bridge calls.

    Args:
        node: The node that owns the clients.
        group: Callback group of the answers.
    """

    def __init__(self, node: LifecycleNode, group: CallbackGroup) -> None:
        self._logger = node.get_logger()
        self._clients = {
            name: node.create_client(Trigger, name, callback_group=group) for name in get_args(DriverService)
        }

    def call(self, name: DriverService) -> None:
        """Call a service; a refusal is logged when it comes."""
        client = self._clients[name]
        if not client.service_is_ready():
            self._logger.warning(f"{client.srv_name} is not there yet", throttle_duration_sec=5.0)
            return

        def answered(future: Any) -> None:
            answer = future.result()
            if answer is not None and not answer.success:
                self._logger.error(f"{client.srv_name} was refused: {answer.message}", throttle_duration_sec=2.0)

        client.call_async(Trigger.Request()).add_done_callback(answered)
