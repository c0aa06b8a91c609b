"""Stacking: put the nearer thing on the table on the farther one."""

from __future__ import annotations

import math

import numpy as np

from vinn_training.kinematics import joints
from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.expert_step import ExpertStep
from vinn_training.sim.recording_config import RecordingConfig
from vinn_training.sim.scene_sets import SceneSet
from vinn_training.sim.stack_expert import StackConfig, StackExpert, StackGeometry
from vinn_training.sim.table_draws import TableDraw, begin_draw, draw_look, draw_start
from vinn_training.sim.table_scene import TABLE_HEIGHT_M, WORKING_HEIGHT_M, TableScene, TableThing
from vinn_training.sim.table_sim import TableSim
from vinn_training.sim.task import Task, TaskResult

_STREAM = 2
NEAR, FAR = 0, 1
# A thing that leans this far does not stand.
_UPRIGHT = math.cos(math.radians(10.0))
# How exactly the lower face must lie on the upper one.
_LEVEL_M = 0.006


class StackTask(Task[TableScene, TableSim]):
    """Grasp the nearer thing, carry it above the farther one, let go and withdraw."""

    name = "stack"
    goal = "nearer thing standing on the farther one, let go"

    def scene(self, scenes: SceneSet, seed: int) -> TableScene:
        draw = begin_draw(scenes, seed, _STREAM)
        rng = draw.rng
        near = _draw_near(draw)
        look = draw_look(draw, unlike=(near.color,))
        far = TableThing(
            shape=look.shape,
            width_m=float(rng.uniform(0.060, 0.095)),
            depth_m=float(rng.uniform(0.055, 0.080)),
            height_m=float(rng.uniform(0.035, 0.070)),
            finish=look.finish,
            color=look.color,
            ink=look.ink,
            right_m=near.right_m + float(rng.uniform(-0.09, 0.09)),
            away_m=near.away_m + float(rng.uniform(0.13, 0.18)),
            yaw_rad=float(rng.uniform(-0.5, 0.5)),
            mass_kg=float(rng.uniform(0.25, 0.50)),
            friction=0.6,
        )
        start = draw_start(draw, lateral_m=0.10, distance_m=(0.11, 0.16), height_m=0.08)
        return TableScene(things=(near, far), **start)

    def label(self, scene: TableScene) -> str:
        return f"{scene.look}_{scene.things[NEAR].shape}_on_{scene.things[FAR].shape}"

    def simulation(self, scene: TableScene, camera: CameraConfig) -> TableSim:
        return TableSim(scene, camera)

    def expert(self, config: RecordingConfig) -> _SimulatedStackExpert:
        return _SimulatedStackExpert(config.stack)

    def result(self, sim: TableSim) -> TaskResult:
        if not is_stacked(sim):
            return TaskResult(False, "the nearer thing does not stand on the farther one")
        held = sim.thing(NEAR).grasped
        return TaskResult(not held, "the nearer thing stands on the farther one" + (", still held" if held else ""))


def _draw_near(draw: TableDraw) -> TableThing:
    """Draw a thing that fits between the open fingertips."""
    rng = draw.rng
    look = draw_look(draw, unlike=())
    width_m = float(rng.uniform(0.030, 0.038))
    return TableThing(
        shape=look.shape,
        width_m=width_m,
        depth_m=float(rng.uniform(0.030, 0.040)),
        height_m=float(rng.uniform(0.050, 0.075)),
        finish=look.finish,
        color=look.color,
        ink=look.ink,
        right_m=float(rng.uniform(-0.05, 0.05)),
        away_m=float(rng.uniform(0.62, 0.68)),
        yaw_rad=float(rng.uniform(-0.10, 0.10)),
        mass_kg=float(rng.uniform(0.05, 0.12)),
        friction=0.6,
    )


def is_stacked(sim: TableSim) -> bool:
    """Return whether the nearer thing stands upright on the farther one, held or not."""
    near, far = sim.thing(NEAR), sim.thing(FAR)
    things = sim.scene.things
    gap_m = (near.position_m[2] - things[NEAR].height_m / 2.0) - (far.position_m[2] + things[FAR].height_m / 2.0)
    aside_m = float(np.linalg.norm((near.position_m - far.position_m)[:2]))
    return (
        sim.touching(NEAR, FAR)
        and abs(gap_m) < _LEVEL_M
        and aside_m < things[FAR].width_m / 2.0
        and min(near.upright, far.upright) > _UPRIGHT
    )


def stack_geometry(sim: TableSim) -> StackGeometry:
    """Return where gripper and things are. For the expert, not for policies."""
    near, far = sim.scene.things
    state = sim.thing(NEAR)
    depth_m = near.depth_m if near.shape == "box" else near.width_m
    return StackGeometry(
        grasp_m=sim.grasp_point_m(),
        near_m=state.position_m,
        far_m=sim.thing(FAR).position_m,
        near_size_m=(depth_m, near.height_m),
        far_height_m=far.height_m,
        grasped=state.grasped,
        stacked=is_stacked(sim),
        working_z_m=TABLE_HEIGHT_M + WORKING_HEIGHT_M,
    )


class _SimulatedStackExpert:
    def __init__(self, config: StackConfig) -> None:
        self._expert = StackExpert(config)

    @property
    def step_m(self) -> float:
        return self._expert.config.step_m

    def decide(self, sim: TableSim) -> ExpertStep:
        return self._expert.decide(stack_geometry(sim), sim.joint_positions()[joints.FINGER_LEFT])

    def spoiled(self, sim: TableSim, wanted: ExpertStep) -> bool:
        return min(sim.thing(NEAR).upright, sim.thing(FAR).upright) < _UPRIGHT
