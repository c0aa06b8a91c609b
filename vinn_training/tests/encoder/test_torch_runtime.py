import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vinn_training.encoder.artifact import EncoderArtifact, EncoderSpec, write_encoder
from vinn_training.encoder.runtime import load_runtime
from vinn_training.exceptions import InvalidCheckpoint, InvalidInput
from vinn_training.preprocessing import Preprocessing

torch = pytest.importorskip("torch")
torchvision = pytest.importorskip("torchvision")


def _model(architecture: str = "resnet18") -> "torch.nn.Module":
    torch.manual_seed(1)
    model = torchvision.models.get_model(architecture)
    model.fc = torch.nn.Identity()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 2)
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.normal_(0, 0.1)
    return model.eval()


def _artifact(
    folder: Path, architecture: str = "resnet18", normalisation: str = "none", scale: float = 1.0
) -> EncoderArtifact:
    state = _model(architecture).state_dict()
    weights = {name: value.numpy() for name, value in state.items() if not name.endswith("num_batches_tracked")}
    return write_encoder(folder, EncoderSpec(architecture, Preprocessing(size=32), normalisation, scale), weights)


def _pictures(count: int) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (40 + index, 50, 3), dtype=np.uint8) for index in range(count)]


@pytest.mark.parametrize("architecture", ["resnet18", "resnet50"])
def test_equals_torchvision_in_evaluation_mode(tmp_path: Path, architecture: str) -> None:
    """Folding batch-norm away changes nothing, whatever the statistics."""
    pictures = _pictures(3)
    runtime = load_runtime(_artifact(tmp_path, architecture))
    with torch.inference_mode():
        expected = _model(architecture)(torch.from_numpy(Preprocessing(size=32).batch(pictures))).numpy()
    found = runtime.encode(pictures)
    assert found.dtype == np.float32
    assert found.shape == (3, runtime.embedding_size)
    np.testing.assert_allclose(found, expected, atol=2e-4 * np.abs(expected).max())


def test_one_image_alone_equals_the_same_in_a_batch(tmp_path: Path) -> None:
    pictures = _pictures(5)
    runtime = load_runtime(_artifact(tmp_path))
    together = runtime.encode(pictures)
    alone = np.concatenate([runtime.encode([picture]) for picture in pictures])
    np.testing.assert_allclose(alone, together, atol=1e-5 * np.abs(together).max())


def test_many_images_and_arrays(tmp_path: Path) -> None:
    images = np.random.default_rng(1).integers(0, 256, (70, 32, 32, 3), dtype=np.uint8)
    runtime = load_runtime(_artifact(tmp_path))
    found = runtime.encode(images)
    assert found.shape == (70, 512)
    np.testing.assert_allclose(found[69:], runtime.encode(images[69:]), atol=1e-4)


def test_length_is_what_the_spec_says(tmp_path: Path) -> None:
    plain = load_runtime(_artifact(tmp_path / "a")).encode(_pictures(2))
    unit = load_runtime(_artifact(tmp_path / "b", normalisation="l2", scale=5.0)).encode(_pictures(2))
    np.testing.assert_allclose(unit, 5 * plain / np.linalg.norm(plain, axis=1, keepdims=True), rtol=1e-5, atol=1e-6)


def test_bad_images_are_refused(tmp_path: Path) -> None:
    runtime = load_runtime(_artifact(tmp_path))
    with pytest.raises(InvalidInput, match="no images"):
        runtime.encode([])
    with pytest.raises(InvalidInput, match="shape"):
        runtime.encode([np.zeros((4, 4), dtype=np.uint8)])
    with pytest.raises(InvalidInput, match="threads is -1"):
        load_runtime(_artifact(tmp_path), threads=-1)


def test_weights_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    artifact = _artifact(tmp_path)
    wrong = EncoderArtifact(EncoderSpec("resnet34", artifact.spec.preprocessing), artifact.weights_path, "x")
    with pytest.raises(InvalidCheckpoint, match="do not fit"):
        load_runtime(wrong)


def test_running_needs_nothing_that_only_training_needs(tmp_path: Path) -> None:
    _artifact(tmp_path)
    script = (
        "import sys; sys.modules['lightly'] = None\n"
        "from vinn_training.encoder.artifact import load_encoder\n"
        "from vinn_training.encoder.runtime import load_runtime\n"
        f"print(load_runtime(load_encoder({str(tmp_path)!r})).embedding_size)"
    )
    path = {"PYTHONPATH": ":".join(entry for entry in sys.path if entry)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=path, check=False)
    assert done.stdout.strip() == "512", done.stderr
