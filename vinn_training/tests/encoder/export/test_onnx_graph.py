import sys

import pytest

torch = pytest.importorskip("torch")
onnx = pytest.importorskip("onnx")

from vinn_training.encoder.artifact import EncoderArtifact  # noqa: E402
from vinn_training.encoder.export.network import image_encoder  # noqa: E402
from vinn_training.encoder.export.onnx_graph import onnx_files  # noqa: E402
from vinn_training.exceptions import InvalidInput, MissingDependency  # noqa: E402


class Unknown(torch.nn.Module):
    """A layer for which ONNX has no operator."""

    def forward(self, images: "torch.Tensor") -> "torch.Tensor":
        return torch.special.bessel_j0(images.float().mean(dim=(1, 2)))


def test_the_graph_takes_any_number_of_pictures(onnx_encoder: EncoderArtifact) -> None:
    graph = onnx.load(onnx_encoder.weights_path).graph
    (given,), (made,) = graph.input, graph.output
    assert (given.name, made.name) == ("images", "embeddings")
    assert given.type.tensor_type.elem_type == onnx.TensorProto.UINT8
    assert [side.dim_param or side.dim_value for side in given.type.tensor_type.shape.dim] == ["n", 32, 32, 3]


def test_the_same_encoder_gives_the_same_file(trained: EncoderArtifact, onnx_encoder: EncoderArtifact) -> None:
    assert onnx_files(image_encoder(trained), 32) == {"encoder.onnx": onnx_encoder.weights_path.read_bytes()}


def test_layers_without_an_operator_are_named() -> None:
    with pytest.raises(InvalidInput, match=r"cannot be converted to ONNX: .*bessel_j0"):
        onnx_files(Unknown(), 32)


def test_the_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingDependency, match="pip install onnx onnxruntime"):
        onnx_files(torch.nn.Identity(), 32)


@pytest.mark.parametrize(("side", "cells"), [(7, 2), (3, 2), (7, 7), (6, 3), (7, 1)])
def test_a_map_is_averaged_to_cells_whose_windows_overlap(side: int, cells: int) -> None:
    runtime = pytest.importorskip("onnxruntime")

    class Pooled(torch.nn.Module):
        """A picture, cut into a small map."""

        def __init__(self) -> None:
            super().__init__()
            self.pool = torch.nn.AdaptiveAvgPool2d(cells)

        def forward(self, images: "torch.Tensor") -> "torch.Tensor":
            return self.pool(images.permute(0, 3, 1, 2).float()).flatten(1)

    network = Pooled().eval()
    session = runtime.InferenceSession(onnx_files(network, side)["encoder.onnx"])
    images = torch.randint(0, 256, (5, side, side, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    (made,) = session.run(None, {"images": images.numpy()})
    torch.testing.assert_close(torch.from_numpy(made), network(images))
    assert isinstance(network.pool, torch.nn.AdaptiveAvgPool2d)
