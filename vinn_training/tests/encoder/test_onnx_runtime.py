from dataclasses import replace
from pathlib import Path

import pytest

from vinn_training.encoder.artifact import EncoderArtifact
from vinn_training.encoder.runtime import load_runtime
from vinn_training.exceptions import InvalidCheckpoint


def test_files_that_are_no_graph_are_refused(onnx_encoder: EncoderArtifact, tmp_path: Path) -> None:
    for name, path in onnx_encoder.files.items():
        (tmp_path / name).write_bytes(path.read_bytes()[:100])
    broken = replace(onnx_encoder, weights_path=tmp_path / onnx_encoder.weights_path.name)
    with pytest.raises(InvalidCheckpoint, match=r"encoder\..*ONNX Runtime .*cannot use it"):
        load_runtime(broken)
