from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vinn_training.encoder.artifact import EncoderArtifact
from vinn_training.encoder.runtime import load_runtime
from vinn_training.exceptions import InvalidCheckpoint, InvalidInput

from .conftest import smooth_pictures


def test_a_picture_that_is_refused_leaves_the_encoder_as_it_was(openvino_encoder: EncoderArtifact) -> None:
    pictures = list(smooth_pictures(4, seed=5))
    runtime = load_runtime(openvino_encoder)
    expected = runtime.encode(pictures)
    with pytest.raises(InvalidInput, match="float32"):
        runtime.encode([*pictures[:3], pictures[3].astype(np.float32)])  # the others are under way by then
    np.testing.assert_array_equal(runtime.encode(pictures), expected)


def test_views_that_must_not_be_written_to_are_encoded(openvino_encoder: EncoderArtifact) -> None:
    size = openvino_encoder.spec.preprocessing.size  # not resized: the very memory of the message
    pictures = np.random.default_rng(6).integers(0, 256, (3, size, size, 3), dtype=np.uint8)
    pictures.setflags(write=False)
    runtime = load_runtime(openvino_encoder)
    alone = np.concatenate([runtime.encode(picture[None]) for picture in pictures])
    np.testing.assert_allclose(runtime.encode(pictures), alone, atol=1e-5)


def test_files_that_are_no_graph_are_refused(openvino_encoder: EncoderArtifact, tmp_path: Path) -> None:
    for name, path in openvino_encoder.files.items():
        (tmp_path / name).write_bytes(path.read_bytes()[:100])
    broken = replace(openvino_encoder, weights_path=tmp_path / openvino_encoder.weights_path.name)
    with pytest.raises(InvalidCheckpoint, match=r"encoder\..*OpenVINO .*cannot use it"):
        load_runtime(broken)


def test_int8_is_near_float32(openvino_encoder: EncoderArtifact, int8_encoder: EncoderArtifact) -> None:
    pictures = smooth_pictures(20, seed=4)
    old, new = (load_runtime(item).encode(pictures) for item in (openvino_encoder, int8_encoder))
    cosines = (old * new).sum(axis=1) / 100.0
    assert cosines.min() > 0.98
    assert np.abs(old - new).max() > 1e-4  # it is not float32 under another name
    alone = load_runtime(int8_encoder).encode(pictures[:1])
    np.testing.assert_allclose(alone, new[:1], atol=1e-4)
