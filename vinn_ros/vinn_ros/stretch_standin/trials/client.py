"""The trials' own ROS node: it asks the stand-in and the bridge, and hears what the bridge sends."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import rclpy
from rcl_interfaces.srv import GetParameters, SetParametersAtomically
from rclpy.client import Client
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter, parameter_value_to_python
from rclpy.signals import SignalHandlerOptions
from std_srvs.srv import SetBool, Trigger

from vinn_msgs.msg import BridgeCommand
from vinn_ros import qos
from vinn_ros.stretch_standin.settings import PREFIX
from vinn_ros.stretch_standin.trials.verdict import SentCommand
from vinn_ros.transport import use_profile
from vinn_training.exceptions import InvalidInput, SimulationError

_ANSWER_S = 15.0
_START_S = 60.0
#: Participants announce themselves every 3 s; the first announcements may be lost.
_DISCOVERY_S = 5.0


class TrialClient:
    """Spins only inside its own methods, in the caller's thread.

    Args:
        check: Called while waiting; raises to end it (a node that died, Ctrl-C).
    """

    def __init__(self, check: Callable[[], None]) -> None:
        use_profile()
        self._check = check
        self._context = rclpy.Context()
        rclpy.init(context=self._context, signal_handler_options=SignalHandlerOptions.NO)
        self.node = Node("standin_trials", context=self._context)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self.node)
        self._services: dict[str, Client] = {}
        #: Everything that the bridge published on `/command`.
        self.commands: list[SentCommand] = []
        self.node.create_subscription(BridgeCommand, "command", self._heard, qos.STREAM)

    def __enter__(self) -> TrialClient:
        return self

    def __exit__(self, *_: object) -> None:
        self._executor.shutdown(timeout_sec=1.0)
        self.node.destroy_node()
        rclpy.shutdown(context=self._context)

    def refuse_company(self) -> None:
        """Make sure that no robot listens in this ROS domain: the bridge under test would move it.

        Raises:
            InvalidInput: If something takes commands already.
        """
        if self._spin_until(self._listeners, _DISCOVERY_S):
            self.spin_for(0.5)  # a node's name may come after its subscriptions
            others, domain = ", ".join(self._listeners()) or "a node", self._context.get_domain_id()
            raise InvalidInput(
                f"{others} takes commands in ROS domain {domain}; expected nobody: end it, or choose another domain "
                "with ROS_DOMAIN_ID"
            )

    def wait_until_active(self) -> None:
        """Wait for bridge and stand-in, which offer their services before they answer them.

        Raises:
            SimulationError: If one of them does not become active.
        """
        for name, kind, request in (
            ("/stretch_standin/reset", Trigger, Trigger.Request()),
            ("/stretch_bridge/enable", SetBool, SetBool.Request(data=False)),
        ):
            deadline_s = time.monotonic() + _START_S
            while not self._call(kind, name, request).success:
                if time.monotonic() > deadline_s:
                    raise SimulationError(f"{name} is refused after {_START_S:.0f} s; the nodes' output may say why")
                self.spin_for(0.1)

    def spin_for(self, duration_s: float) -> None:
        """Let messages come for a while."""
        self._spin_until(lambda: False, duration_s)

    def wait_for(self, condition: Callable[[], bool], timeout_s: float) -> bool:
        """Let messages come until a condition holds; return whether it does."""
        return self._spin_until(condition, timeout_s)

    def set_faults(self, faults: Mapping[str, Any]) -> None:
        """Set faults of the stand-in, all at once.

        Raises:
            SimulationError: If they are refused.
        """
        parameters = [Parameter(f"{PREFIX}{name}", value=value).to_parameter_msg() for name, value in faults.items()]
        request = SetParametersAtomically.Request(parameters=parameters)
        name = "/stretch_standin/set_parameters_atomically"
        result = self._call(SetParametersAtomically, name, request).result
        if not result.successful:
            raise SimulationError(f"the stand-in refused {dict(faults)}: {result.reason}")

    def standin(self, service: str) -> str:
        """Call `reset`, `clear_faults` or `journal` of the stand-in and return its answer.

        Raises:
            SimulationError: If it is refused.
        """
        return self._trigger(f"/stretch_standin/{service}", Trigger, Trigger.Request())

    def journal(self) -> dict[str, Any]:
        """Return the stand-in's journal."""
        return dict(json.loads(self.standin("journal")))

    def enable(self, on: bool) -> None:
        """Let the bridge move the robot, or not.

        Raises:
            SimulationError: If it refuses.
        """
        self._trigger("/stretch_bridge/enable", SetBool, SetBool.Request(data=on))

    def bridge_parameter(self, name: str) -> Any:
        """Return the value of a parameter of the bridge, or None where it has no such parameter.

        Raises:
            SimulationError: If the bridge does not answer.
        """
        answer = self._call(GetParameters, "/stretch_bridge/get_parameters", GetParameters.Request(names=[name]))
        return parameter_value_to_python(answer.values[0]) if answer.values else None

    def _trigger(self, name: str, kind: Any, request: Any) -> str:
        answer = self._call(kind, name, request)
        if not answer.success:
            raise SimulationError(f"{name} was refused: {answer.message}")
        return str(answer.message)

    def _call(self, kind: Any, name: str, request: Any) -> Any:
        client = self._services.get(name)
        if client is None:
            client = self._services[name] = self.node.create_client(kind, name)
        if not self._spin_until(client.service_is_ready, _START_S):  # the first call waits for the imports
            raise SimulationError(f"no service {name} after {_START_S:.0f} s; the nodes' output may say why")
        future = client.call_async(request)
        if not self._spin_until(future.done, _ANSWER_S):
            raise SimulationError(f"no answer of {name} after {_ANSWER_S:.0f} s")
        return future.result()

    def _listeners(self) -> list[str]:
        """Return the nodes that take commands for a robot."""
        return sorted({info.node_name for info in self.node.get_subscriptions_info_by_topic("/joint_pose_cmd")})

    def _spin_until(self, condition: Callable[[], Any], timeout_s: float) -> bool:
        deadline_s = time.monotonic() + timeout_s
        while not condition():
            left_s = deadline_s - time.monotonic()
            if left_s <= 0.0:
                return False
            self._check()
            self._executor.spin_once(timeout_sec=min(0.02, left_s))
        return True

    def _heard(self, message: BridgeCommand) -> None:
        self.commands.append(SentCommand(time.monotonic(), message.stopped, message.reason))
