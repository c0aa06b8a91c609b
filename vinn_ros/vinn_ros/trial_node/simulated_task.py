"""With the simulator as judge: shows the scene of a trial's seed, the one of `vinn trials`, and hears the truth."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rcl_interfaces.srv import SetParametersAtomically
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.task import Future
from std_srvs.srv import Trigger

from vinn_msgs.msg import TaskState
from vinn_ros.trial_node.record import TrialRecord
from vinn_ros.trial_node.waiting import answer_of, done_within
from vinn_training.exceptions import InvalidInput

#: Drawing a scene and its meshes takes seconds on a busy machine.
_ANSWER_S = 60.0
#: A door that is shut moves less than this in its lock.
_SHUT_DEG = 2.0
#: What makes a lifecycle node start over.
_OVER = (
    Transition.TRANSITION_DEACTIVATE,
    Transition.TRANSITION_CLEANUP,
    Transition.TRANSITION_CONFIGURE,
    Transition.TRANSITION_ACTIVATE,
)


class Truth(NamedTuple):
    """TaskState in this package's units."""

    door_angle_deg: float
    handle_grasped: bool
    lateral_offset_m: float
    scene: str


class SimulatedTask:
    """Asks the simulator's node.

    Args:
        node: The trial node.
        simulator: Name of the simulator's node.
        bridge: Name of the bridge's node.
        cabinets: "training" or "held-out".
    """

    def __init__(self, node: Node, simulator: str, bridge: str, cabinets: str) -> None:
        self._node = node
        self._cabinets = cabinets
        self._set = node.create_client(SetParametersAtomically, f"{simulator}/set_parameters_atomically")
        self._reset = node.create_client(Trigger, f"{simulator}/reset")
        self._bridge = node.create_client(ChangeState, f"{bridge}/change_state")
        self._fresh: Future | None = None

    def take(self, state: TaskState) -> Truth:
        """Return what a message says; `show` waits for one of the new scene."""
        truth = Truth(
            math.degrees(state.door_angle_rad), bool(state.handle_grasped), float(state.lateral_offset_m), state.scene
        )
        is_untouched = truth.door_angle_deg < _SHUT_DEG and not truth.handle_grasped
        if is_untouched and self._fresh is not None and not self._fresh.done():
            self._fresh.set_result(truth)
        return truth

    async def show(self, record: TrialRecord) -> TrialRecord:
        """Put the robot before the scene of a trial's seed, which draws the start too, and return what is known of it.

        Args:
            record: The trial; its condition must be one that the simulator knows.

        Raises:
            InvalidInput: If the simulator is not there, or refuses.
        """
        # Needs the simulation's packages, as does the judge; a robot has neither.
        from vinn_training.evaluation.trial_scenes import SCENE_SEED_OFFSET
        from vinn_training.sim.scene import scene_set

        seed = record.seed + SCENE_SEED_OFFSET
        scene = scene_set(self._cabinets)(seed)
        values = {
            "cabinets": self._cabinets,
            "scene_seed": seed,
            "draw_lateral_offset": True,
            "condition": record.condition,
        }
        parameters = [Parameter(name, value=value).to_parameter_msg() for name, value in values.items()]
        request = SetParametersAtomically.Request(parameters=parameters)
        result = (await answer_of(self._node, self._set, request, _ANSWER_S)).result
        if not result.successful:
            raise InvalidInput(f"the simulator refuses the scene: {result.reason}")
        answer = await answer_of(self._node, self._reset, Trigger.Request(), _ANSWER_S)
        if not answer.success:
            raise InvalidInput(f"the simulator cannot show the scene: {answer.message}")
        truth = await self._first_truth()
        await self._start_bridge_over()
        return replace(
            record,
            start_offset_m=truth.lateral_offset_m,
            start_distance_m=scene.start_distance_m,
            scene=truth.scene,
            cabinet=scene.cabinet,
            hinge=scene.hinge_side,
        )

    def close(self) -> None:
        """Free what ROS holds."""
        for client in (self._set, self._reset, self._bridge):
            self._node.destroy_client(client)

    async def _start_bridge_over(self) -> None:
        """Let the bridge forget the robot that it saw: this one stands elsewhere, without having moved there.

        A simulated camera has no noise. A bridge that takes the jump for a motion takes the still picture for a frozen
        one.
        """
        for number in _OVER:
            request = ChangeState.Request(transition=Transition(id=number))
            answer = await answer_of(self._node, self._bridge, request, _ANSWER_S)
            if not answer.success:
                raise InvalidInput("the bridge cannot start over in the new scene; is it active? Its output says more")

    async def _first_truth(self) -> Truth:
        """Wait for a shut door: what is still on its way from the scene before may show an open one."""
        fresh = self._fresh = Future()
        if not await done_within(self._node, fresh, _ANSWER_S):
            raise InvalidInput(f"no shut door on task_state within {_ANSWER_S:g} s; does the simulator publish it?")
        truth = fresh.result()
        assert isinstance(truth, Truth)
        return truth
