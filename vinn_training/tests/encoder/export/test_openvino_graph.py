from collections.abc import Callable

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("openvino")

from vinn_training.encoder.artifact import EncoderArtifact  # noqa: E402
from vinn_training.encoder.export import openvino_graph  # noqa: E402
from vinn_training.encoder.export.network import image_encoder  # noqa: E402
from vinn_training.encoder.export.openvino_graph import openvino_files  # noqa: E402
from vinn_training.exceptions import InvalidInput, MissingDependency  # noqa: E402


class Unknown(torch.nn.Module):
    """A layer for which neither OpenVINO nor ONNX has an operation."""

    def forward(self, images: "torch.Tensor") -> "torch.Tensor":
        return torch.special.bessel_j0(images.float().mean(dim=(1, 2)))


class NoTensors(torch.nn.Module):
    """A network that fails when it is run."""

    def forward(self, images: "torch.Tensor") -> "torch.Tensor":
        raise ValueError("this layer\nhas no weights")


def test_the_same_encoder_gives_the_same_files(trained: EncoderArtifact, openvino_encoder: EncoderArtifact) -> None:
    files = openvino_files(image_encoder(trained), 32)
    assert set(files) == {"encoder.xml", "encoder.bin"}
    for name, data in files.items():
        assert data == openvino_encoder.files[name].read_bytes(), name
    assert b"/tmp" not in files["encoder.xml"]  # nor does it tell where it was made


def test_the_same_frames_give_the_same_int8_files(
    trained: EncoderArtifact, int8_encoder: EncoderArtifact, pictures: Callable[..., np.ndarray]
) -> None:
    files = openvino_files(image_encoder(trained), 32, pictures(32, seed=5))
    for name, data in files.items():
        assert data == int8_encoder.files[name].read_bytes(), name
    assert len(files["encoder.bin"]) < 0.3 * trained.weights_path.stat().st_size


def test_layers_without_an_operation_are_named() -> None:
    with pytest.raises(InvalidInput, match=r"cannot be converted for OpenVINO: .*bessel_j0") as caught:
        openvino_files(Unknown(), 32)
    assert "\n" not in str(caught.value)
    with pytest.raises(InvalidInput, match=r"cannot be converted for OpenVINO: this layer has no weights$"):
        openvino_files(NoTensors(), 32)


def test_missing_packages_are_named(trained: EncoderArtifact, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise ModuleNotFoundError("No module named 'openvino'", name="openvino")

    monkeypatch.setattr(openvino_graph, "import_openvino", missing)
    with pytest.raises(MissingDependency, match="pip install openvino"):
        openvino_files(torch.nn.Identity(), 32)


def test_missing_nncf_is_named(trained: EncoderArtifact, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "nncf", None)
    with pytest.raises(MissingDependency, match="pip install nncf, or --precision fp32"):
        openvino_files(image_encoder(trained), 32, np.zeros((32, 32, 32, 3), dtype=np.uint8))
