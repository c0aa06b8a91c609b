import numpy as np
import pytest

pytest.importorskip("torch")

from vinn_training.encoder.processor import has_int8_instructions
from vinn_training.encoder.runtime import load_runtime
from vinn_training.evaluation.benchmark_encoders import (
    EagerEncoder,
    exported_encoder,
    fastest_encoder,
    random_encoder,
)


def test_the_peer_computes_the_same_embedding(tmp_path):
    """On a picture of the encoder's size, so that the two ways to resize do not count."""
    artifact = random_encoder(tmp_path, "resnet18", 32)
    image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    ours = load_runtime(artifact).encode([image])[0]
    np.testing.assert_allclose(EagerEncoder(artifact).encode(image), ours, rtol=1e-3, atol=1e-3 * np.abs(ours).max())


def test_random_weights_are_the_same_every_time(tmp_path):
    first, second = random_encoder(tmp_path / "a", "resnet18", 64), random_encoder(tmp_path / "b", "resnet18", 64)
    assert first.encoder_id == second.encoder_id


def test_an_exported_encoder_computes_the_same_embedding(tmp_path):
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    artifact = random_encoder(tmp_path / "torch", "resnet18", 32)
    image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    exported = exported_encoder(artifact, tmp_path / "onnx", "onnx", "fp32")
    ours, plain = (load_runtime(encoder).encode([image])[0] for encoder in (exported, artifact))
    np.testing.assert_allclose(ours, plain, rtol=1e-3, atol=1e-3 * np.abs(plain).max())


@pytest.mark.full
def test_the_fastest_encoder_is_int8_where_the_processor_is_made_for_it(tmp_path):
    pytest.importorskip("openvino")
    pytest.importorskip("nncf")
    exported = fastest_encoder(random_encoder(tmp_path / "torch", "resnet18", 64), tmp_path / "exported")
    assert exported.spec.runtime == "openvino"
    assert exported.spec.precision == ("int8" if has_int8_instructions() else "fp32")
