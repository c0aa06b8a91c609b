"""What a simulated task consists of: scenes from seeds, a simulation, an expert, and when it is done."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Generic, NamedTuple, Protocol, TypeVar

from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.expert_step import ExpertStep
from vinn_training.sim.recording_config import RecordingConfig
from vinn_training.sim.robot_sim import SceneT, SimT
from vinn_training.sim.scene_sets import SceneSet

_SimIn = TypeVar("_SimIn", contravariant=True)


class TaskResult(NamedTuple):
    """Whether the task is done, measured by the simulator.

    Attributes:
        success: By the task's criterion.
        words: What was measured, for people.
    """

    success: bool
    words: str


class Expert(Protocol[_SimIn]):
    """Decides from the simulator's ground truth what to do next."""

    @property
    def step_m(self) -> float:
        """Length of its steps."""

    def decide(self, sim: _SimIn) -> ExpertStep:
        """Return the next step."""

    def spoiled(self, sim: _SimIn, wanted: ExpertStep) -> bool:
        """Return whether the demonstration would teach something wrong from here on."""


class Task(ABC, Generic[SceneT, SimT]):
    """One task. It has no state; simulations and experts are made by it."""

    #: As on the command line.
    name: ClassVar[str]
    #: What success means, in a few words.
    goal: ClassVar[str]

    @abstractmethod
    def scene(self, scenes: SceneSet, seed: int) -> SceneT:
        """Draw a scene; equal seeds give equal scenes.

        Raises:
            InvalidInput: If the seed is negative or there is no such set of scenes.
        """

    @abstractmethod
    def label(self, scene: SceneT) -> str:
        """Return what the scene is called in a demonstration's name."""

    @abstractmethod
    def simulation(self, scene: SceneT, camera: CameraConfig) -> SimT:
        """Return a simulation of a scene.

        Raises:
            SimulationError: If MuJoCo refuses the scene.
            MissingDependency: If the robot description is not installed.
        """

    @abstractmethod
    def expert(self, config: RecordingConfig) -> Expert[SimT]:
        """Return the scripted expert."""

    @abstractmethod
    def result(self, sim: SimT) -> TaskResult:
        """Return whether the task is done."""
