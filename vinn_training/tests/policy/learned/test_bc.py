from pathlib import Path

import numpy as np
import pytest
import torch

from vinn_training.encoder.artifact import EncoderArtifact, EncoderSpec, read_weights, write_encoder
from vinn_training.encoder.backbone import empty_backbone
from vinn_training.encoder.runtime import load_runtime
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.frame_encoder import FrameEncoder
from vinn_training.policy.interface import Observation, predict_episode
from vinn_training.policy.learned.bc import BcConfig, BcPolicy
from vinn_training.preprocessing import Preprocessing


@pytest.fixture
def artifact(tmp_path: Path) -> EncoderArtifact:
    with torch.random.fork_rng():
        torch.manual_seed(9)  # not the policy's seed
        model = empty_backbone("resnet18")
    weights = {name: value.numpy() for name, value in model.state_dict().items()}
    return write_encoder(tmp_path / "encoder", EncoderSpec("resnet18", Preprocessing(size=16)), weights)


@pytest.mark.full
def test_new_pictures_are_understood(coloured, artifact) -> None:
    encoder = FrameEncoder(load_runtime(artifact), artifact)
    *training, test = coloured(4, 12, 0)
    policy = BcPolicy(BcConfig(epochs=10, batch_size=12, hidden=(32,), device="cpu"), seed=0)
    policy.fit(training, encoder)
    directions, _ = predict_episode(policy, test, None)  # it looks at pictures, not at embeddings
    assert ((directions - test.directions) ** 2).mean() < 0.25  # guessing: 0.67, the mean: 0.33


def test_pictures_that_were_shown_are_learned(coloured, artifact) -> None:
    encoder = FrameEncoder(load_runtime(artifact), artifact)
    training = coloured(1, 8, 0)
    policy = BcPolicy(BcConfig(epochs=14, batch_size=8, hidden=(32,), device="cpu"), seed=0)
    policy.fit(training, encoder)
    directions, _ = predict_episode(policy, training[0], None)  # it looks at pictures, not at embeddings
    assert ((directions - training[0].directions) ** 2).mean() < 0.2  # the mean: 0.33


def test_it_starts_from_the_encoders_weights_or_from_random_ones(coloured, artifact) -> None:
    encoder = FrameEncoder(load_runtime(artifact), artifact)
    training = coloured(1, 4, 0)
    first = "conv1.weight"
    for start, equal in (("encoder", True), ("random", False)):
        policy = BcPolicy(BcConfig(epochs=1, learning_rate=1e-12, hidden=(4,), start=start, device="cpu"))
        policy.fit(training, encoder)
        assert policy._network is not None
        learned = policy._network[0].state_dict()[first].numpy()
        assert np.allclose(learned, read_weights(artifact.weights_path)[first], atol=1e-6) is equal


def test_mistakes_are_said(coloured, mean_colour) -> None:
    with pytest.raises(InvalidInput, match="before it was fitted"):
        BcPolicy(BcConfig(device="cpu")).predict(Observation(), 0)
    with pytest.raises(InvalidInput, match="encoder on disk"):
        BcPolicy(BcConfig(device="cpu")).fit(coloured(1, 3, 0), mean_colour)
    with pytest.raises(InvalidInput, match="start is 'x'"):
        BcConfig(start="x")  # type: ignore[arg-type]
