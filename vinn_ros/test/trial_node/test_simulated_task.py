"""The scenes of trials, asked of a pretended simulator."""

from __future__ import annotations

import math

import pytest
from lifecycle_msgs.srv import ChangeState
from rcl_interfaces.msg import SetParametersResult
from rcl_interfaces.srv import SetParametersAtomically
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.parameter import Parameter
from records import a_record
from std_srvs.srv import Trigger

from vinn_msgs.msg import TaskState
from vinn_ros.trial_node.simulated_task import SimulatedTask
from vinn_training.evaluation.trial_scenes import SCENE_SEED_OFFSET
from vinn_training.exceptions import InvalidInput
from vinn_training.sim.scene import scene_set


class Simulator:
    """Answers as it is told, and remembers what it was asked."""

    def __init__(self, ros):
        self.asked, self.refusal, self.resets, self.transitions = {}, "", 0, []
        group = ReentrantCallbackGroup()
        ros.node.create_service(
            SetParametersAtomically, "/sim/set_parameters_atomically", self.set, callback_group=group
        )
        ros.node.create_service(Trigger, "/sim/reset", self.reset, callback_group=group)
        ros.node.create_service(ChangeState, "/bridge/change_state", self.change, callback_group=group)

    def set(self, request, response):
        self.asked = {p.name: Parameter.from_parameter_msg(p).value for p in request.parameters}
        response.result = SetParametersResult(successful=not self.refusal, reason=self.refusal)
        return response

    def change(self, request, response):
        self.transitions.append(request.transition.id)
        response.success = True
        return response

    def reset(self, _, response):
        self.resets += 1
        response.success = True
        return response


def show(ros, task, record):
    async def caught():  # the executor would raise it in the middle of everything
        try:
            return await task.show(record)
        except InvalidInput as error:
            return error

    asked = ros.node.executor.create_task(caught())
    ros.wait_for(lambda: asked.done() or task._fresh is not None, "the simulator's answers")
    return asked


def a_task(ros):
    task = SimulatedTask(ros.node, "/sim", "/bridge", "held-out")
    clients = (task._set, task._reset, task._bridge)
    ros.wait_for(lambda: all(client.service_is_ready() for client in clients), "the simulator")
    return task


def state(angle_deg, grasped=False):
    angle_rad = math.radians(angle_deg)
    return TaskState(door_angle_rad=angle_rad, handle_grasped=grasped, lateral_offset_m=0.03, scene="held-out/7")


def test_a_trial_gets_its_seeds_scene_and_begins_when_the_door_is_shut(ros):
    simulator, task = Simulator(ros), a_task(ros)
    asked = show(ros, task, a_record(seed=4))
    assert simulator.resets == 1
    assert (simulator.asked["scene_seed"], simulator.asked["cabinets"]) == (4 + SCENE_SEED_OFFSET, "held-out")
    assert simulator.asked["condition"] == "white"
    task.take(state(80.0))  # of the scene before, still on its way
    task.take(state(0.0, grasped=True))
    ros.spin_for(0.2)
    assert not asked.done()
    truth = task.take(state(0.1))
    assert truth.door_angle_deg == pytest.approx(0.1)
    ros.wait_for(asked.done, "the trial's scene")
    record, scene = asked.result(), scene_set("held-out")(4 + SCENE_SEED_OFFSET)
    assert record.start_offset_m == pytest.approx(0.03)
    # The bridge starts over: deactivate, clean up, configure, activate.
    assert simulator.transitions == [4, 2, 1, 3]
    assert (record.scene, record.cabinet, record.hinge) == ("held-out/7", scene.cabinet, scene.hinge_side)
    task.close()


def test_a_condition_that_the_simulator_does_not_know_is_told(ros):
    simulator, task = Simulator(ros), a_task(ros)
    simulator.refusal = "condition is 'white'; expected one of: none, signs"
    asked = show(ros, task, a_record())
    assert "the simulator refuses the scene: condition is 'white'" in str(asked.result())
    assert simulator.resets == 0
    task.close()
