from dataclasses import replace

import numpy as np
import pytest

from vinn_training.contracts import Demonstration
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import PolicyConfig
from vinn_training.policy.frame_encoder import FrameEncoder
from vinn_training.policy.interface import Observation, predict_episode
from vinn_training.policy.seven_numbers import SevenNumberPolicy, seven_numbers_of


class FirstPixel:
    """An encoder whose embedding is a picture's first pixel, in tenths."""

    encoder_id = "first-pixel"
    embedding_size = 3

    def encode(self, images):
        return np.stack([image[0, 0] / 10.0 for image in images]).astype(np.float32)


@pytest.fixture
def demonstration() -> Demonstration:
    """Three frames at distances 0.5, 0.8 and 1.2 from black, each with seven numbers of its own."""
    made = Demonstration.from_images(
        "three",
        [np.full((4, 4, 3), (red, 0, 0), dtype=np.uint8) for red in (5, 8, 12)],
        np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -0.6, 0.8]]),
        np.array([1.0, 0.5, 0.0]),
    )
    return replace(
        made,
        lengths=np.array([0.10, 0.20, 0.05]),
        rotations_rad=np.array([[0.1, 0.0, 0.0], [0.0, -0.2, 0.0], [0.3, 0.0, 0.4]]),
    )


def test_seven_numbers_are_averaged_as_by_hand(demonstration: Demonstration) -> None:
    """Weights exp(-0.5), exp(-0.8), exp(-1.2) are 0.606531, 0.449329, 0.301194 of 1.357054: 0.446947, 0.331107,
    0.221947 (the paper's worked example). So x = 0.446947 * 0.10 and so on down the columns."""
    policy = SevenNumberPolicy(PolicyConfig(k=5, temperature=1.0))
    policy.fit([demonstration], FrameEncoder(FirstPixel()))
    motion = policy.predict_motion(Observation(embedding=np.zeros(3, dtype=np.float32)))
    np.testing.assert_allclose(motion.translation, [0.0446947, -0.0066584, 0.0750993], atol=1e-6)
    np.testing.assert_allclose(motion.rotation_rad, [0.1112788, -0.0662214, 0.0887788], atol=1e-6)
    assert motion.gripper_opening == pytest.approx(0.6124998, abs=1e-6)


def test_temperature_divides_the_distances(demonstration: Demonstration) -> None:
    """At 0.1 the two nearest are weighted as distances 5 and 8 are: 1 / (1 + exp(-3)) = 0.952574 for the first."""
    policy = SevenNumberPolicy(PolicyConfig(k=2, temperature=0.1))
    policy.fit([demonstration], FrameEncoder(FirstPixel()))
    motion = policy.predict_motion(Observation(embedding=np.zeros(3, dtype=np.float32)))
    np.testing.assert_allclose(motion.translation, [0.0952574, 0.0, 0.0094852], atol=1e-6)
    assert motion.gripper_opening == pytest.approx(0.976287, abs=1e-6)


def test_a_long_step_counts_more_than_a_short_one(demonstration: Demonstration) -> None:
    """Unlike VINN, which averages directions; what is scored is the motion's direction, of unit length."""
    policy = SevenNumberPolicy(PolicyConfig(k=2, temperature=1000.0))
    policy.fit([demonstration], FrameEncoder(FirstPixel()))
    directions, openings = predict_episode(policy, demonstration, FrameEncoder(FirstPixel()))
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1.0, atol=1e-9)
    # About half of (0.1, 0, 0) and half of (0, 0, 0.2).
    np.testing.assert_allclose(directions[0], np.array([1.0, 0.0, 2.0]) / np.sqrt(5.0), atol=1e-3)
    assert openings[0] == pytest.approx(0.75, abs=1e-3)


def test_what_a_demonstration_lacks_is_said(demonstration: Demonstration) -> None:
    encoder = FrameEncoder(FirstPixel())
    with pytest.raises(InvalidInput, match=r"'three' has no lengths and no rotations.*--method.average directions"):
        seven_numbers_of(replace(demonstration, lengths=None, rotations_rad=None))
    with pytest.raises(InvalidInput, match="has no rotations;"):
        SevenNumberPolicy().fit([replace(demonstration, rotations_rad=None)], encoder)
    with pytest.raises(InvalidInput, match="no demonstrations"):
        SevenNumberPolicy().fit([], encoder)
    with pytest.raises(InvalidInput, match="needs an encoder"):
        SevenNumberPolicy().fit([demonstration], None)
    with pytest.raises(InvalidInput, match="before it was fitted"):
        SevenNumberPolicy().predict(Observation(embedding=np.zeros(3, dtype=np.float32)), 0)
