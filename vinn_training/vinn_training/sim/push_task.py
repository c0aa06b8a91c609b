"""Pushing: slide the thing on the table into the red circle."""

from __future__ import annotations

import math

import numpy as np

from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.expert_step import ExpertStep
from vinn_training.sim.push_expert import PushConfig, PushExpert, PushGeometry
from vinn_training.sim.recording_config import RecordingConfig
from vinn_training.sim.scene_sets import SceneSet
from vinn_training.sim.table_draws import begin_draw, draw_look, draw_start
from vinn_training.sim.table_model import to_world_m
from vinn_training.sim.table_scene import TABLE_HEIGHT_M, WORKING_HEIGHT_M, Circle, TableScene, TableThing
from vinn_training.sim.table_sim import TableSim
from vinn_training.sim.task import Task, TaskResult

_STREAM = 1
#: The circle lies within this angle of straight ahead of the thing, as the robot sees it. A flat face slides along the
#: fingertips sooner than a round one, which rests between them.
MAX_ANGLE_RAD = {"box": math.radians(30.0), "cylinder": math.radians(40.0), "prism": math.radians(40.0)}
# Half the gap between the open fingertips, and how far they reach beyond the point between them.
_HALF_GAP_M = 0.027
_TIP_REACH_M = 0.015
# A thing that leans this far has fallen over.
_UPRIGHT = math.cos(math.radians(20.0))


class PushTask(Task[TableScene, TableSim]):
    """Slide the thing into the circle with the fingertips of the open gripper."""

    name = "push"
    goal = "centre of the thing inside the circle"

    def scene(self, scenes: SceneSet, seed: int) -> TableScene:
        draw = begin_draw(scenes, seed, _STREAM)
        rng = draw.rng
        look = draw_look(draw, unlike=())
        width_m = float(rng.uniform(0.068, 0.095))
        thing = TableThing(
            shape=look.shape,
            width_m=width_m,
            depth_m=float(rng.uniform(0.055, 0.085)),
            height_m=float(rng.uniform(0.045, 0.075)),
            finish=look.finish,
            color=look.color,
            ink=look.ink,
            right_m=float(rng.uniform(-0.05, 0.05)),
            away_m=float(rng.uniform(0.62, 0.67)),
            yaw_rad=float(rng.uniform(-0.35, 0.35)),
            mass_kg=float(rng.uniform(0.12, 0.30)),
            friction=float(rng.uniform(0.30, 0.50)),
        )
        way_m, angle_rad = float(rng.uniform(0.13, 0.22)), MAX_ANGLE_RAD[thing.shape] * float(rng.uniform(-1.0, 1.0))
        circle = Circle(
            right_m=thing.right_m + way_m * math.sin(angle_rad),
            away_m=thing.away_m + way_m * math.cos(angle_rad),
            radius_m=float(rng.uniform(0.045, 0.06)),
            color=(float(rng.uniform(0.70, 0.88)), float(rng.uniform(0.06, 0.14)), float(rng.uniform(0.06, 0.14))),
        )
        start = draw_start(draw, lateral_m=0.08, distance_m=(0.11, 0.17), height_m=0.08)
        return TableScene(things=(thing,), circle=circle, **start)

    def label(self, scene: TableScene) -> str:
        return f"{scene.look}_{scene.things[0].shape}"

    def simulation(self, scene: TableScene, camera: CameraConfig) -> TableSim:
        return TableSim(scene, camera)

    def expert(self, config: RecordingConfig) -> _SimulatedPushExpert:
        return _SimulatedPushExpert(config.push)

    def result(self, sim: TableSim) -> TaskResult:
        geometry, thing = push_geometry(sim), sim.thing(0)
        off_m = float(np.linalg.norm((geometry.circle_m - geometry.thing_m)[:2]))
        fallen = thing.upright < _UPRIGHT or thing.position_m[2] < TABLE_HEIGHT_M
        words = f"thing {100 * off_m:.1f} cm from the centre of a circle of {100 * geometry.radius_m:.1f} cm radius"
        return TaskResult(off_m <= geometry.radius_m and not fallen, f"{words}, fallen over" if fallen else words)


def push_geometry(sim: TableSim) -> PushGeometry:
    """Return where gripper, thing and circle are. For scoring and for the expert, not for policies."""
    scene, thing = sim.scene, sim.thing(0)
    assert scene.circle is not None, "a scene of the push task has a circle"
    return PushGeometry(
        grasp_m=sim.grasp_point_m(),
        thing_m=thing.position_m,
        circle_m=np.array(to_world_m(scene.circle.right_m, scene.circle.away_m)),
        radius_m=scene.circle.radius_m,
        contact_m=_TIP_REACH_M + _extent_m(scene.things[0], thing.yaw_rad),
        working_z_m=TABLE_HEIGHT_M + WORKING_HEIGHT_M,
    )


def _extent_m(thing: TableThing, yaw_rad: float) -> float:
    """Return how far along the arm a thing's centre is from the fingertips that touch it."""
    if thing.shape == "box":
        # Its face is met where it comes forward most between the fingertips.
        turned_rad = (yaw_rad + math.pi / 4.0) % (math.pi / 2.0) - math.pi / 4.0
        return thing.depth_m / 2.0 / math.cos(turned_rad) + _HALF_GAP_M * math.tan(abs(turned_rad))
    # The fingertips reach around a round thing.
    return math.sqrt(max((thing.width_m / 2.0) ** 2 - _HALF_GAP_M**2, 0.0))


class _SimulatedPushExpert:
    def __init__(self, config: PushConfig) -> None:
        self._expert = PushExpert(config)

    @property
    def step_m(self) -> float:
        return self._expert.config.step_m

    def decide(self, sim: TableSim) -> ExpertStep:
        return self._expert.decide(push_geometry(sim))

    def spoiled(self, sim: TableSim, wanted: ExpertStep) -> bool:
        return sim.thing(0).upright < _UPRIGHT or self._expert.missed(push_geometry(sim))
