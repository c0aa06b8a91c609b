from dataclasses import replace

import numpy as np
import pytest

from vinn_training.contracts import GripperState
from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import joints
from vinn_training.sim.closed_loop import ClosedLoop
from vinn_training.sim.expert import DoorExpert, ExpertConfig
from vinn_training.sim.scene import training_scene
from vinn_training.sim.stretch_sim import StretchSim
from vinn_training.sim.task_state import GraspGeometry, TaskState

OPEN_RAD, CLOSED_RAD = 0.05, -0.07


def _geometry(to_handle_m: tuple[float, float, float], opening_axis: float = 1.0) -> GraspGeometry:
    handle = np.array([0.0, -0.85, 0.62])
    return GraspGeometry(handle - to_handle_m, handle, np.array([-0.35, -0.91, 0.62]), opening_axis)


def _state(angle_rad: float = 0.0, grasped: bool = False) -> TaskState:
    return TaskState(angle_rad, grasped, 0.0, "")


def test_far_away_it_steps_towards_the_handle_and_straightens_first() -> None:
    step = DoorExpert().decide(_geometry((0.05, -0.20, 0.0)), _state(), OPEN_RAD)

    assert step.gripper == GripperState.OPEN
    assert np.linalg.norm(step.translation_world_m) == pytest.approx(0.04, abs=1e-9)
    assert step.translation_world_m[0] > 0
    assert step.translation_world_m[1] < 0
    assert step.translation_world_m[0] / 0.05 > -step.translation_world_m[1] / 0.20


@pytest.mark.parametrize("past_m", [0.008, 0.014, 0.03])
def test_with_the_handle_between_the_fingers_it_rests_and_closes_however_deep(past_m: float) -> None:
    step = DoorExpert().decide(_geometry((0.0, past_m, 0.0)), _state(), OPEN_RAD)

    assert step[:3] == (pytest.approx(np.zeros(3)), GripperState.CLOSED, False)


def test_beside_the_handle_it_does_not_close() -> None:
    assert DoorExpert().decide(_geometry((0.04, 0.01, 0.0)), _state(), OPEN_RAD).gripper == GripperState.OPEN


@pytest.mark.parametrize(("opening_axis", "hinge_x"), [(1.0, -0.35), (-1.0, 0.35)])
def test_holding_the_handle_it_pulls_along_the_arc(opening_axis: float, hinge_x: float) -> None:
    geometry = _geometry((0.0, 0.0, 0.0), opening_axis)._replace(hinge_m=np.array([hinge_x, -0.91, 0.62]))
    step = DoorExpert().decide(geometry, _state(grasped=True), CLOSED_RAD)
    radius = geometry.handle_m - geometry.hinge_m

    assert step.gripper == GripperState.CLOSED
    assert step.translation_world_m[1] > 0.03  # away from the cabinet
    after = geometry.grasp_m + step.translation_world_m - geometry.hinge_m
    assert np.linalg.norm(after[:2]) == pytest.approx(np.linalg.norm(radius[:2]), abs=1e-3)


def test_closed_on_nothing_it_opens_again_and_goes_on() -> None:
    step = DoorExpert().decide(_geometry((0.0, -0.10, 0.0)), _state(), CLOSED_RAD)

    assert step.gripper == GripperState.OPEN
    assert step.translation_world_m[1] < 0


def test_it_ends_when_the_door_is_open() -> None:
    step = DoorExpert().decide(_geometry((0.0, 0.0, 0.0)), _state(angle_rad=0.9), CLOSED_RAD)

    assert step.done
    assert not step.translation_world_m.any()


@pytest.mark.parametrize("field", ["step_m", "reach_m", "open_to_rad"])
def test_settings_that_cannot_be_are_refused_by_name(field: str) -> None:
    with pytest.raises(InvalidInput, match=field):
        ExpertConfig(**{field: 0.0})


@pytest.mark.parametrize(
    "changes",
    [{"lateral_offset_m": 0.08}, {"lateral_offset_m": -0.08, "hinge_side": "left"}, {"hinge_stiffness_nm": 2.0}],
    ids=str,
)
def test_it_opens_the_door_by_physics_in_20_to_30_steps(shared_sim: StretchSim, changes: dict) -> None:
    loop, expert = ClosedLoop(shared_sim), DoorExpert()
    loop.reset(replace(training_scene(4), **changes))
    for _ in range(30):
        finger_rad = shared_sim.joint_positions()[joints.FINGER_LEFT]
        wanted = expert.decide(shared_sim.grasp_geometry(), shared_sim.task_state(), finger_rad)
        if wanted.done:
            break
        _, rotation = shared_sim.wrist_camera_pose()
        loop.move(rotation.T @ wanted.translation_world_m, wanted.gripper)

    assert wanted.done
    assert shared_sim.task_state().handle_grasped
