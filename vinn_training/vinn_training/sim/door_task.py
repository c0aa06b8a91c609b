"""The task of the demo and of Tables I and II: open the cabinet's door."""

from __future__ import annotations

import math
from dataclasses import dataclass

from vinn_training.contracts import GripperState
from vinn_training.kinematics import joints
from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.expert import DoorExpert, ExpertConfig
from vinn_training.sim.expert_step import ExpertStep
from vinn_training.sim.recording_config import RecordingConfig
from vinn_training.sim.scene import Hinges, SceneConfig, scene_set
from vinn_training.sim.scene_sets import SceneSet
from vinn_training.sim.stretch_sim import StretchSim
from vinn_training.sim.task import Task, TaskResult

#: From this door angle on, a lost handle spoils the demonstration: coming back to a door that is ajar looks much like
#: pulling it, and would teach the opposite.
AJAR_RAD = math.radians(4.0)
#: The door counts as opened from this angle on.
OPENED_RAD = math.radians(30.0)


@dataclass(frozen=True)
class DoorTask(Task[SceneConfig, StretchSim]):
    """Grasp the handle and pull the door open along its arc.

    Attributes:
        hinges: Of the doors.
    """

    hinges: Hinges = "right"

    name = "door"
    goal = "door opened to 30 degrees"

    def scene(self, scenes: SceneSet, seed: int) -> SceneConfig:
        return scene_set(scenes, self.hinges)(seed)

    def label(self, scene: SceneConfig) -> str:
        return scene.cabinet if self.hinges == "right" else f"{scene.cabinet}_{scene.hinge_side}"

    def simulation(self, scene: SceneConfig, camera: CameraConfig) -> StretchSim:
        return StretchSim(scene, camera)

    def expert(self, config: RecordingConfig) -> _SimulatedDoorExpert:
        return _SimulatedDoorExpert(config.expert)

    def result(self, sim: StretchSim) -> TaskResult:
        angle_rad = sim.task_state().door_angle_rad
        return TaskResult(angle_rad >= OPENED_RAD, f"door at {math.degrees(angle_rad):.0f} degrees")


class _SimulatedDoorExpert:
    def __init__(self, config: ExpertConfig) -> None:
        self._expert = DoorExpert(config)

    @property
    def step_m(self) -> float:
        return self._expert.config.step_m

    def decide(self, sim: StretchSim) -> ExpertStep:
        finger_rad = sim.joint_positions()[joints.FINGER_LEFT]
        return self._expert.decide(sim.grasp_geometry(), sim.task_state(), finger_rad)

    def spoiled(self, sim: StretchSim, wanted: ExpertStep) -> bool:
        return wanted.gripper == GripperState.OPEN and sim.task_state().door_angle_rad > AJAR_RAD
