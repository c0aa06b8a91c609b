import numpy as np
import pinocchio as pin
import pytest
from pink import solve_ik
from pink.configuration import Configuration
from pink.limits import Limit
from pink.tasks import FrameTask, PostureTask

from vinn_training.exceptions import KinematicsError
from vinn_training.kinematics.differential_step import DifferentialStep
from vinn_training.kinematics.robot_model import CAMERA_FRAME

NAME = "RE1V0/tool_stretch_dex_wrist"
START = np.array([0.0, 0.6, 0.2, 0.1, -0.2, 0.3])
STEP = np.array([0.15, 0.15, 0.15, 0.35, 0.35, 0.35])


class Rows(Limit):
    """The same constraints, for Pink."""

    def __init__(self, matrix, bound):
        self._matvec = matrix, bound

    def compute_qp_inequalities(self, configuration, dt):
        return self._matvec


@pytest.mark.parametrize("seed", range(10))
def test_displacement_is_pinks_own(robots, seed):
    """Bounds and a row that bind for some targets and for others do not."""
    rng = np.random.default_rng(seed)
    robot = robots(NAME)
    task, posture = FrameTask(CAMERA_FRAME, 1.0, 10.0), PostureTask(1e-3)
    task.set_target(robot.camera_pose(START + rng.uniform(-1.5, 1.5, 6) * STEP))
    posture.set_target(START + 0.01)
    configuration = Configuration(robot.model, robot.model.createData(), START)
    rows = rng.normal(size=(1, 6)), np.array([0.02])
    identity = np.eye(6)
    bounds = Rows(np.vstack([identity, -identity]), np.concatenate([STEP, STEP]))
    expected = solve_ik(configuration, (task, posture), dt=1.0, solver="daqp", limits=(bounds, Rows(*rows)))
    step = DifferentialStep(task, 1e-3, 6)
    found = step.solve(configuration, task.compute_error(configuration), START + 0.01, -STEP, STEP, rows)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert (np.abs(found) <= STEP + 1e-6).all()
    assert (rows[0] @ found <= rows[1] + 1e-6).all()


def test_free_step_reaches_what_is_near(robots):
    robot = robots(NAME)
    target = robot.camera_pose(START + np.array([0.002, -0.001, 0.003, 0.001, 0.0, 0.002]))
    task = FrameTask(CAMERA_FRAME, 1.0, 10.0)
    task.set_target(target)
    configuration = Configuration(robot.model, robot.model.createData(), START)
    error = task.compute_error(configuration)
    moved = START + DifferentialStep(task, 1e-3, 6).solve(configuration, error, START, -STEP, STEP)
    assert np.linalg.norm(pin.log(robot.camera_pose(moved).actInv(target)).vector) < 1e-5


def test_contradiction_is_a_failure(robots):
    robot = robots(NAME)
    task = FrameTask(CAMERA_FRAME, 1.0, 10.0)
    task.set_target(robot.camera_pose(START))
    configuration = Configuration(robot.model, robot.model.createData(), START)
    nowhere = np.array([[1.0, 0.0, 0.0, 0.0, 0.0, 0.0]]), np.array([-1.0])  # farther back than one step goes
    with pytest.raises(KinematicsError, match="no solution"):
        DifferentialStep(task, 1e-3, 6).solve(configuration, np.zeros(6), START, -STEP, STEP, nowhere)
