import numpy as np
import pytest

from vinn_training.bank.bank import Bank
from vinn_training.contracts import GripperState
from vinn_training.evaluation.policies import BlindPolicy, LearnedPolicy, MethodPolicy
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import PolicyConfig
from vinn_training.policy.interface import Observation, Prediction
from vinn_training.policy.random_actions import RandomPolicy
from vinn_training.policy.vinn_policy import VinnPolicy

IMAGE = np.zeros((4, 4, 3), dtype=np.uint8)
X, Z = [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]


@pytest.fixture
def bank() -> Bank:
    """Two demonstrations, of three frames and of two."""
    return Bank(
        embeddings=np.array([[0.0], [1.0], [2.0], [10.0], [11.0]]),
        directions=np.array([Z, Z, [0, 0, 0], X, Z]),
        gripper=np.array([1.0, 0.0, 0.0, 1.0, 0.0]),
        demonstration=np.array([0, 0, 0, 1, 1]),
        frame=np.array([0, 1, 2, 0, 1]),
        demonstration_names=("a", "b"),
        encoder_id="brightness",
    )


class BrightnessEncoder:
    encoder_id = "brightness"
    embedding_size = 1

    def encode(self, images) -> np.ndarray:
        return np.array([[image.mean()] for image in images], dtype=np.float32)


def test_the_blind_baseline_replays_the_mean_action_of_each_time_step(bank: Bank) -> None:
    policy = BlindPolicy(bank)
    for _ in range(2):
        policy.reset()
        steps = [policy.step(IMAGE) for _ in range(5)]
        np.testing.assert_allclose([step.translation for step in steps], [[0.5, 0, 0.5], Z, [0] * 3, [0] * 3, [0] * 3])
        assert [step.gripper for step in steps] == [GripperState.OPEN, *[GripperState.CLOSED] * 4]
        assert not any(step.hold_reason for step in steps)


def test_the_blind_baseline_looks_at_nothing(bank: Bank) -> None:
    bright = BlindPolicy(bank).step(IMAGE + 255)
    np.testing.assert_array_equal(bright.translation, BlindPolicy(bank).step(IMAGE).translation)


def test_the_learned_policy_does_what_was_done_on_the_image_most_like_it(bank: Bank) -> None:
    policy = LearnedPolicy(BrightnessEncoder(), VinnPolicy(bank, PolicyConfig(k=1, action_scale=(0.5, 0.5, 0.5))))
    policy.reset()
    far, near = policy.step(IMAGE + 10), policy.step(IMAGE + 1)

    np.testing.assert_allclose(far.translation, [0.5, 0, 0])
    assert far.gripper == GripperState.OPEN
    np.testing.assert_allclose(near.translation, [0, 0, 0.5])
    assert near.gripper == GripperState.CLOSED


def test_the_gripper_is_forgotten_at_the_start_of_an_episode(bank: Bank) -> None:
    # Between demonstrations the opening is undecided: the state before decides.
    policy = LearnedPolicy(BrightnessEncoder(), VinnPolicy(bank, PolicyConfig(k=2, temperature=1e6)))
    policy.step(IMAGE + 2)
    assert policy.step(IMAGE).gripper == GripperState.CLOSED
    policy.reset()
    assert policy.step(IMAGE).gripper == GripperState.UNKNOWN


def test_a_bank_of_another_encoder_is_refused(bank: Bank) -> None:
    encoder = BrightnessEncoder()
    encoder.encoder_id = "other"
    with pytest.raises(InvalidInput, match=r"brightness.*other"):
        LearnedPolicy(encoder, VinnPolicy(bank))


class Scripted:
    """Says one answer after the other, and remembers what it was shown."""

    def __init__(self, *answers: tuple[list[float], float]) -> None:
        self.answers = answers
        self.seen: list[tuple[Observation, int]] = []

    def fit(self, demonstrations, encoder) -> None:
        raise AssertionError("fitted before")

    def predict(self, observation: Observation, t: int) -> Prediction:
        self.seen.append((observation, t))
        direction, opening = self.answers[t]
        return Prediction(np.array(direction), opening)


def test_a_method_gets_the_factors_and_thresholds_that_vinn_gets() -> None:
    method = Scripted(([0.5, 0.0, 0.0], 0.7), ([0.0, 0.0, 2.0], 0.5), (X, 0.1), (X, 1.0 / 3.0))
    policy = MethodPolicy(lambda seed: method, PolicyConfig(action_scale=(0.5, 0.8, 0.9)))
    policy.reset(3)
    steps = [policy.step(IMAGE) for _ in range(4)]
    # A direction longer than 1 is cut to 1 before the factors; in between the thresholds the gripper stays.
    np.testing.assert_allclose(
        [step.translation for step in steps], [[0.25, 0, 0], [0, 0, 0.9], [0.5, 0, 0], [0.5, 0, 0]]
    )
    assert [step.gripper for step in steps] == [GripperState.OPEN, GripperState.OPEN] + [GripperState.CLOSED] * 2
    assert not any(step.hold_reason for step in steps)
    assert [t for _, t in method.seen] == [0, 1, 2, 3]
    policy.reset(3)
    assert policy.step(IMAGE).gripper == GripperState.OPEN
    assert method.seen[-1][1] == 0


def test_a_method_is_shown_the_image_and_its_embedding() -> None:
    method = Scripted((X, 1.0))
    MethodPolicy(lambda seed: method, PolicyConfig(), BrightnessEncoder()).step(IMAGE + 7)
    observation, _ = method.seen[0]
    np.testing.assert_array_equal(observation.required_image(), IMAGE + 7)
    np.testing.assert_array_equal(observation.required_embedding(), [7.0])
    without = Scripted((X, 1.0))
    MethodPolicy(lambda seed: without, PolicyConfig()).step(IMAGE)
    assert without.seen[0][0].embedding is None


def test_what_a_method_draws_follows_from_the_episodes_seed() -> None:
    def three(policy: MethodPolicy, seed: int) -> list[list[float]]:
        policy.reset(seed)
        return [policy.step(IMAGE).translation.tolist() for _ in range(3)]

    first, second = MethodPolicy(RandomPolicy, PolicyConfig()), MethodPolicy(RandomPolicy, PolicyConfig())
    three(first, 1)  # what came before is of no effect
    assert three(first, 5) == three(second, 5)
    assert three(first, 5) != three(second, 6)
