import numpy as np
import pytest

from vinn_training.contracts import GripperState, ImageArray
from vinn_training.evaluation.episode import EpisodeConfig, run_episode
from vinn_training.evaluation.policies import PolicyStep
from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import joints
from vinn_training.sim.closed_loop import ClosedLoop
from vinn_training.sim.expert import DoorExpert
from vinn_training.sim.scene import SceneConfig
from vinn_training.sim.stretch_sim import StretchSim

SCENE = SceneConfig(cabinet="navy", lateral_offset_m=0.03)


class Cheat:
    """The expert behind a policy's interface: what a perfect policy would say."""

    def __init__(self, sim: StretchSim) -> None:
        self.sim = sim
        self.resets: list[int] = []
        self.images: list[ImageArray] = []

    def reset(self, seed: int = 0) -> None:
        self.resets.append(seed)

    def step(self, image: ImageArray) -> PolicyStep:
        self.images.append(image)
        finger_rad = self.sim.joint_positions()[joints.FINGER_LEFT]
        wanted = DoorExpert().decide(self.sim.grasp_geometry(), self.sim.task_state(), finger_rad)
        _, rotation = self.sim.wrist_camera_pose()
        return PolicyStep(rotation.T @ wanted.translation_world_m / 0.04, wanted.gripper, "")


class Always:
    """Says the same on every image."""

    def __init__(self, *translation: float, hold_reason: str = "") -> None:
        self.answer = PolicyStep(np.array(translation), GripperState.UNKNOWN, hold_reason)

    def reset(self, seed: int = 0) -> None:
        pass

    def step(self, image: ImageArray) -> PolicyStep:
        return self.answer


@pytest.fixture(scope="module")
def loop():
    with StretchSim(SCENE) as sim:
        yield ClosedLoop(sim)


@pytest.fixture(autouse=True)
def _reset(loop: ClosedLoop) -> None:
    loop.reset(SCENE)


def test_a_perfect_policy_opens_the_door(loop: ClosedLoop) -> None:
    policy, seen = Cheat(loop.sim), []
    result = run_episode(loop, policy, on_step=lambda sim: seen.append(sim.time_s), seed=6)

    assert result.handle_grasped
    assert result.door_opened
    assert result.reason == "door opened"
    assert 30.0 <= result.door_angle_deg < 50.0  # it ends as soon as the door counts as open
    assert result.steps == len(policy.images) == len(seen) < 25
    assert policy.resets == [6]
    assert policy.images[0].shape == (224, 224, 3)


def test_a_policy_that_does_nothing_uses_up_its_steps(loop: ClosedLoop) -> None:
    result = run_episode(loop, Always(0.0, 0.0, 0.0), EpisodeConfig(max_steps=4))

    assert result == (False, False, pytest.approx(0.0, abs=0.1), 4, "step limit")


def test_a_step_of_length_one_is_the_step_length(loop: ClosedLoop) -> None:
    before, rotation = loop.sim.wrist_camera_pose()
    run_episode(loop, Always(0.0, 0.0, -1.0), EpisodeConfig(max_steps=1, step_m=0.02))
    after, _ = loop.sim.wrist_camera_pose()

    np.testing.assert_allclose(rotation.T @ (after - before), [0.0, 0.0, -0.02], atol=2e-3)


def test_a_policy_that_holds_moves_nothing_and_ends_early_with_its_reason(loop: ClosedLoop) -> None:
    before, _ = loop.sim.wrist_camera_pose()
    result = run_episode(loop, Always(0.0, 0.0, 1.0, hold_reason="unfamiliar image"), EpisodeConfig(max_refusals=3))
    after, _ = loop.sim.wrist_camera_pose()

    assert (result.steps, result.reason) == (3, "held: unfamiliar image")
    np.testing.assert_allclose(after, before, atol=1e-3)


def test_actions_that_cannot_be_done_end_it_with_the_controllers_reason(loop: ClosedLoop) -> None:
    result = run_episode(loop, Always(float("nan"), 0.0, 0.0), EpisodeConfig(max_refusals=2))

    assert result.steps == 2
    assert "finite" in result.reason


@pytest.mark.parametrize("field", ["step_m", "max_steps", "open_deg", "max_refusals"])
def test_rules_that_cannot_be_are_refused_by_name(field: str) -> None:
    with pytest.raises(InvalidInput, match=field):
        EpisodeConfig(**{field: 0})
