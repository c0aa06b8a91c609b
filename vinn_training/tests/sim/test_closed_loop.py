import numpy as np
import pytest

from vinn_training.contracts import GripperState
from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import joints
from vinn_training.sim.closed_loop import ClosedLoop
from vinn_training.sim.stretch_sim import StretchSim


@pytest.mark.parametrize(
    "translation_m", [(0.04, 0.0, 0.0), (-0.03, 0.01, 0.02), (0.0, -0.04, 0.0), (0.0, 0.0, -0.04)], ids=str
)
def test_the_camera_moves_as_told_in_its_own_frame_within_one_action(sim: StretchSim, translation_m) -> None:
    loop = ClosedLoop(sim)
    before, rotation = sim.wrist_camera_pose()
    motion = loop.move(translation_m, GripperState.UNKNOWN)
    after, rotation_after = sim.wrist_camera_pose()

    assert motion == (True, (), "")
    np.testing.assert_allclose(rotation.T @ (after - before), translation_m, atol=5e-3)
    np.testing.assert_allclose(rotation_after, rotation, atol=5e-3)
    assert sim.time_s == pytest.approx(0.3)


def test_the_gripper_closes_and_opens_within_one_action(sim: StretchSim) -> None:
    loop = ClosedLoop(sim)
    loop.move(np.zeros(3), GripperState.CLOSED)
    closed = sim.joint_positions()[joints.FINGER_LEFT]
    loop.move(np.zeros(3), GripperState.OPEN)

    assert closed < -0.15
    assert sim.joint_positions()[joints.FINGER_LEFT] > 0.0


def test_what_cannot_be_done_moves_nothing_and_says_why(sim: StretchSim) -> None:
    loop = ClosedLoop(sim)
    before = sim.joint_positions()
    motion = loop.move([float("nan"), 0.0, 0.0], GripperState.CLOSED)
    after = sim.joint_positions()

    assert not motion.success
    assert "finite" in motion.reason
    assert max(abs(after[name] - before[name]) for name in before) < 1e-3


def test_a_reset_starts_from_the_new_pose(sim: StretchSim) -> None:
    loop = ClosedLoop(sim)
    loop.move([0.04, 0.0, 0.0], GripperState.CLOSED)
    loop.reset(sim.scene)
    before, rotation = sim.wrist_camera_pose()
    loop.move([0.0, 0.0, 0.03], GripperState.UNKNOWN)
    after, _ = sim.wrist_camera_pose()

    np.testing.assert_allclose(rotation.T @ (after - before), [0.0, 0.0, 0.03], atol=5e-3)
    assert sim.joint_positions()[joints.FINGER_LEFT] == pytest.approx(0.05, abs=0.01)


@pytest.mark.parametrize("step_time_s", [0.0, -1.0, float("nan")])
def test_an_impossible_step_time_is_refused(sim: StretchSim, step_time_s: float) -> None:
    with pytest.raises(InvalidInput, match="step_time_s"):
        ClosedLoop(sim, step_time_s=step_time_s)
