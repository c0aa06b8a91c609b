import copy
from pathlib import Path

import numpy as np
import pytest

from vinn_training.encoder.artifact import EncoderSpec, load_encoder, write_encoder
from vinn_training.encoder.runtime import load_runtime
from vinn_training.exceptions import InvalidInput
from vinn_training.preprocessing import Preprocessing

torch = pytest.importorskip("torch")
torchvision = pytest.importorskip("torchvision")

from vinn_training.encoder.image_batch_norm import as_policies_see_it, normalise_each_image  # noqa: E402

PREPROCESSING = Preprocessing(size=64)
SPEC = EncoderSpec("resnet18", PREPROCESSING, batch_norm="image")
PICTURES = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), dtype=np.uint8)


def _model() -> "torch.nn.Module":
    """A network whose stored statistics are far from those of any picture."""
    torch.manual_seed(1)
    model = torchvision.models.resnet18()
    model.fc = torch.nn.Identity()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 3)
            module.running_var.uniform_(5, 20)
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.normal_(0, 0.1)
    return model


def _weights() -> dict[str, np.ndarray]:
    return {name: value.numpy() for name, value in _model().state_dict().items()}


def test_one_layer_is_the_hand_written_computation() -> None:
    """Mean and biased variance over the picture, in NumPy; two channels with weights and biases of their own."""
    rng = np.random.default_rng(0)
    values = rng.normal(5.0, 2.0, (2, 2, 3, 4)).astype(np.float32)
    norm = torch.nn.BatchNorm2d(2, eps=0.1)
    norm.running_mean.fill_(100.0)
    with torch.no_grad():
        norm.weight.copy_(torch.tensor([2.0, 0.5]))
        norm.bias.copy_(torch.tensor([1.0, -1.0]))
    model = normalise_each_image(torch.nn.Sequential(norm)).eval()
    mean = values.mean(axis=(2, 3), keepdims=True)
    spread = np.sqrt(((values - mean) ** 2).mean(axis=(2, 3), keepdims=True) + 0.1)
    expected = (values - mean) / spread * np.array([[[2.0]], [[0.5]]]) + np.array([[[1.0]], [[-1.0]]])
    np.testing.assert_allclose(model(torch.from_numpy(values)).detach().numpy(), expected, atol=1e-5)


def test_an_embedding_is_that_of_a_network_left_in_training_mode(tmp_path: Path) -> None:
    """VINN's code, as it runs: torchvision's network, never switched to evaluation mode, one picture at a time."""
    write_encoder(tmp_path, SPEC, _weights())
    found = load_runtime(load_encoder(tmp_path)).encode(PICTURES)
    for picture, embedding in zip(PICTURES, found, strict=True):
        left_in_training_mode = _model().train()
        with torch.no_grad():
            expected = left_in_training_mode(torch.from_numpy(PREPROCESSING.batch([picture]))).numpy()[0]
        np.testing.assert_allclose(embedding, expected, atol=1e-4 * np.abs(expected).max())


def test_the_artifact_carries_it(tmp_path: Path) -> None:
    """The same weights under another rule are another encoder, and neither id depends on how it was told before."""
    image = write_encoder(tmp_path / "image", SPEC, _weights())
    stored = write_encoder(tmp_path / "stored", EncoderSpec("resnet18", PREPROCESSING), _weights())
    assert load_encoder(tmp_path / "image").spec.batch_norm == "image"
    assert image.encoder_id != stored.encoder_id
    assert "batch_norm" not in stored.spec.to_dict()  # ids of encoders that were made without it stay
    one, other = load_runtime(image).encode(PICTURES[:1]), load_runtime(stored).encode(PICTURES[:1])
    assert np.abs(one - other).max() > 0.1


def test_pictures_beside_it_and_stored_statistics_are_of_no_effect(tmp_path: Path) -> None:
    weights = _weights()
    runtime = load_runtime(write_encoder(tmp_path / "a", SPEC, weights))
    alone = np.concatenate([runtime.encode([picture]) for picture in PICTURES])
    np.testing.assert_allclose(runtime.encode(PICTURES), alone, atol=1e-4 * np.abs(alone).max())
    for name in weights:
        if "running" in name:
            weights[name] = np.ones_like(weights[name])
    other = load_runtime(write_encoder(tmp_path / "b", SPEC, weights))
    np.testing.assert_allclose(other.encode(PICTURES), alone, atol=1e-4 * np.abs(alone).max())


def test_a_backbone_in_training_is_left_as_it_is() -> None:
    backbone = _model()
    assert as_policies_see_it(backbone, EncoderSpec("resnet18", PREPROCESSING)) is backbone
    before = copy.deepcopy(backbone.state_dict())
    other = as_policies_see_it(backbone, SPEC)
    assert other is not backbone
    assert not other.training
    assert isinstance(backbone.bn1, torch.nn.BatchNorm2d)
    other(torch.rand(2, 3, 64, 64))
    for name, value in backbone.state_dict().items():
        torch.testing.assert_close(value, before[name], rtol=0, atol=0)


def test_a_picture_too_small_for_statistics_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"32 pixels.*more than 32"):
        EncoderSpec("resnet18", Preprocessing(size=32), batch_norm="image")
    with pytest.raises(InvalidInput, match=r"batch_norm is 'batch'.*stored, image"):
        EncoderSpec("resnet18", PREPROCESSING, batch_norm="batch")
