"""Lifecycle node: trials on the robot, begun and judged by services, recorded, and counted whatever happens."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

from rclpy.callback_groups import ReentrantCallbackGroup
from std_srvs.srv import SetBool, Trigger

from vinn_msgs.msg import PolicyAction, TaskState, TrialState
from vinn_msgs.srv import StartTrial
from vinn_ros import qos
from vinn_ros.lifecycle import BaseLifecycleNode
from vinn_ros.parameters import Values
from vinn_ros.trial_node.core import folder_name
from vinn_ros.trial_node.record import TrialRecord
from vinn_ros.trial_node.runner import TrialRunner
from vinn_ros.trial_node.settings import PARAMETERS
from vinn_ros.trial_node.waiting import STEADY
from vinn_training.exceptions import InvalidInput

_TICK_S = 0.05
_NOT_ACTIVE = "the trial node is not active"
_STATES = {
    "running": TrialState.RUNNING,
    "succeeded": TrialState.SUCCEEDED,
    "failed": TrialState.FAILED,
    "aborted": TrialState.ABORTED,
    "refused": TrialState.IDLE,
}


class TrialNode(BaseLifecycleNode):
    """Offers ~/start, ~/success, ~/failure, ~/abort and ~/handle_grasped, and says on ~/state where a trial is."""

    def __init__(self) -> None:
        super().__init__("trial_node", PARAMETERS)
        self._runner: TrialRunner | None = None
        self._shown: TrialState | None = None
        self._state = self.create_publisher(TrialState, "~/state", qos.LATCHED)
        self.create_subscription(PolicyAction, "action", self._on_action, qos.STREAM)
        if self.parameters["judge"] == "simulator":
            self.create_subscription(TaskState, "task_state", self._on_task_state, qos.STREAM)
        # It waits for others; in the group of all else nothing would be heard meanwhile.
        self.create_service(StartTrial, "~/start", self._on_start, callback_group=ReentrantCallbackGroup())
        self.create_service(SetBool, "~/handle_grasped", self._on_grasped)
        answers: dict[str, Callable[[TrialRunner], str]] = {
            "success": lambda runner: _told(runner.verdict(True)),
            "failure": lambda runner: _told(runner.verdict(False)),
            "abort": _abort,
        }
        for name, answer in answers.items():
            self.create_service(Trigger, f"~/{name}", self._service(answer))
        # Not by ROS's clock: a corrected clock must not hold up the watch over an episode.
        self.create_timer(_TICK_S, self._on_tick, clock=STEADY)

    def configure(self) -> None:
        if not self.parameters["output"]:
            raise InvalidInput("parameter 'output' is empty; expected a directory for the trials")
        folder_name(self.parameters["condition"])

    def activate(self) -> None:
        self._runner = TrialRunner(self, self.parameters.values)
        self._show()

    def deactivate(self) -> None:
        if self._runner is not None:
            runner, self._runner = self._runner, None
            runner.close()
            self._show_record(runner.last)

    def apply_parameters(self, values: Values) -> None:
        folder_name(values["condition"])

    async def _on_start(self, request: StartTrial.Request, response: StartTrial.Response) -> StartTrial.Response:
        runner = self._runner
        condition = request.condition or self.parameters["condition"]
        try:
            if runner is None:
                raise InvalidInput(_NOT_ACTIVE)
            record = await runner.start(condition, self.parameters.values)
        except InvalidInput as error:
            response.success, response.message = False, str(error)
        except Exception:  # rclpy would let a coroutine's exception end the node, and with it the watch
            self.get_logger().error(f"cannot start a trial, a bug:\n{traceback.format_exc()}")
            response.success, response.message = False, "a bug kept the trial from starting; the node's log says which"
        else:
            response.success, response.number = True, record.number
            response.start_offset_m = record.start_offset_m
            response.message = f"trial {record.number} of {condition}, seed {record.seed}"
        self._show()
        return response

    def _on_grasped(self, request: SetBool.Request, response: SetBool.Response) -> SetBool.Response:
        word = "grasped" if request.data else "not grasped"

        def answer(runner: TrialRunner) -> str:
            return f"trial {runner.grasped(request.data).number}: handle {word}"

        return self._respond(answer, response)

    def _service(self, answer: Callable[[TrialRunner], str]) -> Callable[[Any, Any], Any]:
        return lambda _, response: self._respond(answer, response)

    def _respond(self, answer: Callable[[TrialRunner], str], response: Any) -> Any:
        try:
            if self._runner is None:
                raise InvalidInput(_NOT_ACTIVE)
            response.success, response.message = True, answer(self._runner)
        except InvalidInput as error:
            response.success, response.message = False, str(error)
        self._show()
        return response

    def _on_action(self, message: PolicyAction) -> None:
        if self._runner is not None:
            self._runner.acted(message)

    def _on_task_state(self, message: TaskState) -> None:
        if self._runner is not None:
            self._runner.saw(message)

    def _on_tick(self) -> None:
        if self._runner is not None:
            self._runner.tick(self.parameters.values)
            self._show()

    def _show(self) -> None:
        if self._runner is not None:
            self._show_record(self._runner.shown)

    def _show_record(self, record: TrialRecord | None) -> None:
        """Publish where the trial is, if that is new."""
        state = state_message(record)
        if state != self._shown:
            self._shown = state_message(record)
            state.header.stamp = self.get_clock().now().to_msg()
            self._state.publish(state)


def state_message(record: TrialRecord | None) -> TrialState:
    """Return a trial as the message that tells of it; its stamp is for the publisher."""
    if record is None:
        return TrialState(state=TrialState.IDLE)
    return TrialState(
        state=_STATES[record.state],
        number=record.number,
        policy=record.policy,
        condition=record.condition,
        start_offset_m=record.start_offset_m,
        seed=record.seed,
        handle_grasped=record.handle_grasped,
        door_opened=record.door_opened,
        bag=record.bag,
        reason=record.reason,
    )


def _told(record: TrialRecord) -> str:
    return f"trial {record.number}: {record.state}"


def _abort(runner: TrialRunner) -> str:
    record = runner.abort("the operator aborted it")
    return "the start is given up" if record is None else f"trial {record.number}: aborted, the robot is told to stop"
