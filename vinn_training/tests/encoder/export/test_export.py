import logging
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from vinn_training.encoder.artifact import EncoderArtifact, load_encoder
from vinn_training.encoder.export.export import ExportConfig, choose_precision, export_encoder
from vinn_training.exceptions import InvalidInput


def test_an_exported_encoder_is_an_encoder_of_its_own(
    trained: EncoderArtifact,
    openvino_encoder: EncoderArtifact,
    int8_encoder: EncoderArtifact,
    onnx_encoder: EncoderArtifact,
) -> None:
    artifacts = [trained, openvino_encoder, int8_encoder, onnx_encoder]
    assert len({item.encoder_id for item in artifacts}) == 4
    for item in artifacts:
        assert load_encoder(item.weights_path.parent) == item
        assert item.spec.preprocessing == trained.spec.preprocessing
        assert item.spec.embedding_size == trained.spec.embedding_size
    assert [(item.spec.runtime, item.spec.precision) for item in artifacts] == [
        ("torch", "fp32"), ("openvino", "fp32"), ("openvino", "int8"), ("onnx", "fp32")
    ]  # fmt: skip


def test_int8_falls_back_where_the_processor_has_no_instructions(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("vinn_training"), "propagate", True)
    caplog.set_level(logging.WARNING)
    asked = ExportConfig(precision="int8")
    assert choose_precision(asked, able=True) == "int8"
    assert not caplog.text
    assert choose_precision(asked, able=False) == "fp32"
    assert "no instructions for int8" in caplog.text
    assert choose_precision(ExportConfig(precision="int8", check_processor=False), able=False) == "int8"
    assert choose_precision(ExportConfig(precision="fp32"), able=True) == "fp32"


def test_what_cannot_be_done_is_refused(trained: EncoderArtifact, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="precision is int8 with runtime onnx"):
        ExportConfig("onnx", "int8")
    with pytest.raises(InvalidInput, match="for ONNX"):
        export_encoder(trained, tmp_path, "onnx", np.zeros((32, 32, 32, 3), dtype=np.uint8))
    assert not list(tmp_path.iterdir())


def test_a_network_left_in_training_mode_is_exported_as_it_runs(
    tmp_path: Path, trained: EncoderArtifact, pictures
) -> None:
    """Batch-norm over each image alone, whose operation is another."""
    from dataclasses import replace

    from vinn_training.encoder.artifact import read_weights, write_encoder
    from vinn_training.encoder.runtime import load_runtime
    from vinn_training.preprocessing import Preprocessing

    spec = replace(trained.spec, batch_norm="image", preprocessing=Preprocessing(size=64))
    single = write_encoder(tmp_path / "single", spec, read_weights(trained.weights_path))
    images = pictures(3, seed=3, size=64)
    expected = load_runtime(single).encode(images)
    for runtime in ("openvino", "onnx"):
        (tmp_path / runtime).mkdir()
        exported = export_encoder(single, tmp_path / runtime, runtime)
        np.testing.assert_allclose(load_runtime(exported).encode(images), expected, atol=1e-4)
