"""An encoder as training leaves it, and what it is exported to; each is made once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from vinn_training.encoder.artifact import EncoderArtifact, EncoderSpec, write_encoder
from vinn_training.preprocessing import Preprocessing

SIZE = 32


def smooth_pictures(count: int, seed: int, size: int = SIZE) -> np.ndarray:
    """Pictures with large and small shapes, as a camera's: (N, S, S, 3) uint8."""
    import cv2

    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (count, 5, 5, 3), dtype=np.uint8)
    return np.stack([cv2.resize(picture, (size, size), interpolation=cv2.INTER_CUBIC) for picture in coarse])


@pytest.fixture(scope="session")
def pictures() -> Callable[..., np.ndarray]:
    """Return `smooth_pictures`."""
    return smooth_pictures


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> EncoderArtifact:
    """A ResNet-18 whose batch-norms have statistics of their own, with unit-length embeddings scaled by 10."""
    torch = pytest.importorskip("torch")
    torchvision = pytest.importorskip("torchvision")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        model = torchvision.models.resnet18()
        for module in model.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.running_mean.normal_(0, 0.1)
                module.running_var.uniform_(0.5, 2)
    weights = {
        name: value.numpy()
        for name, value in model.state_dict().items()
        if not name.startswith("fc.") and not name.endswith("num_batches_tracked")
    }
    spec = EncoderSpec("resnet18", Preprocessing(size=SIZE), "l2", 10.0, pooling=1)
    return write_encoder(tmp_path_factory.mktemp("trained"), spec, weights)


@pytest.fixture(scope="session")
def openvino_encoder(trained: EncoderArtifact, tmp_path_factory: pytest.TempPathFactory) -> EncoderArtifact:
    """The same for OpenVINO in float32."""
    pytest.importorskip("openvino")
    from vinn_training.encoder.export.export import export_encoder

    return export_encoder(trained, tmp_path_factory.mktemp("openvino"), "openvino")


@pytest.fixture(scope="session")
def int8_encoder(trained: EncoderArtifact, tmp_path_factory: pytest.TempPathFactory) -> EncoderArtifact:
    """The same for OpenVINO in int8."""
    pytest.importorskip("openvino")
    pytest.importorskip("nncf")
    from vinn_training.encoder.export.export import export_encoder

    return export_encoder(trained, tmp_path_factory.mktemp("int8"), "openvino", smooth_pictures(32, seed=5))


@pytest.fixture(scope="session")
def onnx_encoder(trained: EncoderArtifact, tmp_path_factory: pytest.TempPathFactory) -> EncoderArtifact:
    """The same as ONNX."""
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    from vinn_training.encoder.export.export import export_encoder

    return export_encoder(trained, tmp_path_factory.mktemp("onnx"), "onnx")
