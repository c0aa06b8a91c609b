"""An exported encoder on ONNX Runtime, on the CPU."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import onnxruntime

from vinn_training.contracts import FloatArray, ImageArray
from vinn_training.encoder.artifact import EncoderArtifact
from vinn_training.encoder.graph_runtime import INPUT_NAME, OUTPUT_NAME, GraphRuntime
from vinn_training.exceptions import InvalidCheckpoint


class OnnxRuntime(GraphRuntime):
    """Runs an encoder exported as ONNX.

    Args:
        artifact: The encoder.
        threads: Threads for one image; 0 leaves the choice to ONNX Runtime.

    Raises:
        InvalidCheckpoint: If the file is no graph that this ONNX Runtime reads.
        InvalidInput: If `threads` is negative.
    """

    def __init__(self, artifact: EncoderArtifact, threads: int = 0) -> None:
        super().__init__(artifact, threads)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3  # errors
        try:
            self._session = onnxruntime.InferenceSession(
                artifact.weights_path, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its exceptions derive from Exception, each from it alone
            raise InvalidCheckpoint(
                f"{artifact.weights_path}: ONNX Runtime {onnxruntime.__version__} cannot use it: {error}; export again"
            ) from error
        self._warm_up()

    def _run(self, inputs: Iterator[ImageArray], embeddings: FloatArray) -> None:
        (found,) = self._session.run([OUTPUT_NAME], {INPUT_NAME: np.stack(list(inputs))})
        embeddings[:] = found
