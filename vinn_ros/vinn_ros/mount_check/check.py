"""One mount check, from the first look at who is there to the report."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rcl_interfaces.msg import ParameterType, ParameterValue
from rcl_interfaces.srv import GetParameters
from rclpy.client import Client
from rclpy.executors import SingleThreadedExecutor

from vinn_ros.mount_check.core import NEEDS_ENABLING, MountCheckCore, Schedule
from vinn_ros.mount_check.node import MountCheckNode
from vinn_ros.mount_check.others import UNNAMED, OtherPublishers
from vinn_training.evaluation.mount_check.demonstrated_step import demonstrated_step
from vinn_training.evaluation.mount_check.drawing import write_check
from vinn_training.evaluation.mount_check.jog import ORDER, Jog
from vinn_training.evaluation.mount_check.printing import report_text
from vinn_training.evaluation.mount_check.report import CheckConfig, Verdict, judge
from vinn_training.exceptions import InvalidInput

#: A publisher is found before its node's name, and a node before its services; on a loaded machine it takes seconds.
_DISCOVERY_S = 5.0


class Interrupted(Exception):
    """The user does not want to wait."""


class MountCheck:
    """Looks who is there, makes the motions, judges and prints.

    Args:
        node: Of the check.
        is_stopped: Returns whether the user wants to end it.
    """

    def __init__(self, node: MountCheckNode, is_stopped: Callable[[], bool]) -> None:
        self._node = node
        self._is_stopped = is_stopped
        self._values = node.parameters
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(node)
        self._others = OtherPublishers(node, "action")

    def run(self) -> Verdict:
        """Return the verdict; the report is printed.

        Raises:
            VinnError: If the check cannot be made; the message says what to do.
            Interrupted: If the user ended it.
        """
        demonstrated_m = self._demonstrated_step_m()
        try:
            step_length_m = self._prepare()
            schedule = Schedule(
                distance_m=self._values["distance_m"],
                step_length_m=step_length_m,
                settle_s=self._values["settle_s"],
            )
            jogs = self._move(schedule)
        finally:
            self._executor.shutdown(timeout_sec=1.0)
        config = CheckConfig(
            tolerance_deg=self._values["tolerance_deg"],
            focal_px=self._values["focal_px"],
            step_length_m=step_length_m,
            demonstrated_step_m=demonstrated_m,
        )
        report = judge(jogs, config)
        print(report_text(report))
        if self._values["output"]:
            print(f"pictures and numbers: {write_check(Path(self._values['output']), report)[0].parent}")
        return report.verdict

    def _demonstrated_step_m(self) -> float | None:
        if not self._values["dataset"]:
            return None
        step_m, text = demonstrated_step(Path(self._values["dataset"]))
        print(text)
        return step_m

    def _prepare(self) -> float:
        """Wait for bridge, robot and camera; return the bridge's step length.

        Raises:
            VinnError: If one is missing, the bridge may not move, or another node speaks to it.
        """
        node, bridge = self._node, self._node.resolve_service_name(self._values["bridge"])
        timeout_s = self._values["start_timeout_s"]
        deadline_s = time.monotonic() + timeout_s

        def left_s() -> float:
            return max(deadline_s - time.monotonic(), 0.0)

        step_length_m = self._bridge_parameters(bridge, left_s)
        for topic, name in ((node.image_topic, "image"), ("joint_states", "joint_states"), ("odom", "odom")):
            if not self._wait(partial(node.heard.__contains__, name), left_s()):
                raise InvalidInput(f"nothing was heard on {topic} within {timeout_s:g} s; is it running?")
        # Diagnostics come once a second, however short the time that is left.
        if not self._wait(lambda: node.bridge is not None, max(left_s(), 3.0)):
            raise InvalidInput(f"'{bridge}' says nothing on /diagnostics; expected a running stretch_bridge")
        self._check_alone()
        self._check_enabled(bridge)
        return step_length_m

    def _bridge_parameters(self, bridge: str, left_s: Callable[[], float]) -> float:
        client = self._node.create_client(GetParameters, f"{bridge}/get_parameters")
        if not self._wait(client.service_is_ready, left_s()):
            raise InvalidInput(
                f"there is no node '{bridge}'; start the bridge, camera and robot first "
                "(parameter bridge:= names the bridge's node)"
            )
        step = self._parameter(client, "step_length_m", left_s())
        if step is None or step.type != ParameterType.PARAMETER_DOUBLE:
            raise InvalidInput(f"'{bridge}' does not tell its step_length_m; expected a running stretch_bridge")
        mode = self._parameter(client, "mode", left_s())
        if mode is not None and mode.type == ParameterType.PARAMETER_STRING and mode.string_value != "step":
            raise InvalidInput(
                f"the bridge's mode is '{mode.string_value}'; expected 'step', one action, one motion: "
                f"ros2 param set {bridge} mode step"
            )
        return float(step.double_value)

    def _parameter(self, client: Client, name: str, left_s: float) -> ParameterValue | None:
        """Return a parameter of the bridge, or None if it has no such parameter or does not answer."""
        future = client.call_async(GetParameters.Request(names=[name]))
        if not self._wait(future.done, max(left_s, 5.0)):
            return None
        answer = future.result()
        return answer.values[0] if answer is not None and answer.values else None

    def _check_alone(self) -> None:
        speaking = self._others.newly_speaking(self._wait_for_discovery)
        if speaking:
            name = next((name for name in speaking if name != UNNAMED), None)
            what = "end it" if name is None else f"ros2 lifecycle set {name} deactivate"
            raise InvalidInput(
                f"{', '.join(speaking)} may publish actions too; nobody else may move the robot during the check. "
                f"First: {what}"
            )

    def _check_enabled(self, bridge: str) -> None:
        # What the bridge says is up to a second old: it may have been enabled meanwhile.
        if not self._wait(lambda: self._why_not(bridge) is None, 2.5):
            raise InvalidInput(str(self._why_not(bridge)))

    def _why_not(self, bridge: str) -> str | None:
        """Return why the bridge may not move, and what to do, or None."""
        status = self._node.bridge
        assert status is not None
        state = self._node.bridge_values.get("state")
        if state is None:
            return f"the bridge is {status.message}; first: ros2 lifecycle set {bridge} activate"
        if state == "paused":
            resume = f"ros2 service call {bridge}/resume std_srvs/srv/Trigger"
            return f"the bridge is {status.message}; look that the way is free, then: {resume}"
        if state == "disabled" or NEEDS_ENABLING in status.message:
            enable = f"ros2 service call {bridge}/enable std_srvs/srv/SetBool '{{data: true}}'"
            return f"the bridge may not move ({status.message}); look that the way is free, then: {enable}"
        return None

    def _move(self, schedule: Schedule) -> list[Jog]:
        """Make the motions.

        Raises:
            VinnError: If they were not all made.
        """
        core = self._node.core = MountCheckCore(schedule)
        print(f"moving {1e3 * schedule.distance_m:.0f} mm along each axis of the camera and back", flush=True)
        told = 0
        checked_s = time.monotonic()
        while not core.is_over:
            self._spin_once()
            if len(core.jogs) > told:
                told = len(core.jogs)
                print(f"  {told}/{len(ORDER)} {core.jogs[-1].name}", flush=True)
            if time.monotonic() - checked_s > 1.0:
                checked_s = time.monotonic()
                self._check_newcomers(core)
        if core.problem:
            raise InvalidInput(f"{core.problem}. {self._bridge_text()}")
        return core.jogs

    def _check_newcomers(self, core: MountCheckCore) -> None:
        """End the check where a publisher was found that could speak; discovery may be later than the beginning.

        Meanwhile an action of somebody else ends the check whoever sends it.
        """
        speaking = self._others.newly_speaking(self._wait_for_discovery)
        if speaking:
            core.fail(f"{', '.join(speaking)} appeared on the action topic; nobody else may move the robot")

    def _bridge_text(self) -> str:
        status = self._node.bridge
        return "" if status is None else f"The bridge says: {status.message}"

    def _wait_for_discovery(self, condition: Callable[[], object]) -> bool:
        return self._wait(condition, _DISCOVERY_S)

    def _wait(self, condition: Callable[[], object], timeout_s: float) -> bool:
        """Spin until a condition holds; return whether it does."""
        deadline_s = time.monotonic() + timeout_s
        while not condition():
            if time.monotonic() > deadline_s:
                return False
            self._spin_once()
        return True

    def _spin_once(self) -> None:
        if self._is_stopped():
            raise Interrupted
        self._executor.spin_once(timeout_sec=0.05)
