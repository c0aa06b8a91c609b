"""An exported encoder on OpenVINO, on the CPU."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from vinn_training.contracts import FloatArray, ImageArray
from vinn_training.encoder.artifact import EncoderArtifact
from vinn_training.encoder.graph_runtime import OUTPUT_NAME, GraphRuntime
from vinn_training.encoder.openvino_package import import_openvino
from vinn_training.exceptions import InvalidCheckpoint


class OpenvinoRuntime(GraphRuntime):
    """Runs an encoder exported for OpenVINO: one image with all threads, many with one thread each.

    Either way the graph sees one image at a time, so that an image's embedding does not depend on its company.

    Args:
        artifact: The encoder.
        threads: Threads for one image, and images at once where there are many; 0 leaves the choice to OpenVINO.

    Raises:
        ImportError: If OpenVINO is not installed.
        InvalidCheckpoint: If the files are no graph that this OpenVINO reads.
        InvalidInput: If `threads` is negative.
    """

    def __init__(self, artifact: EncoderArtifact, threads: int = 0) -> None:
        super().__init__(artifact, threads)
        self._openvino = import_openvino()
        self._threads = threads
        size = artifact.spec.preprocessing.size
        try:
            self._core = self._openvino.Core()
            self._model = self._core.read_model(artifact.weights_path)
            self._model.reshape([1, size, size, 3])
            self._single = self._compile("LATENCY").create_infer_request()
        except RuntimeError as error:
            raise InvalidCheckpoint(
                f"{artifact.weights_path}: OpenVINO {self._openvino.__version__} cannot use it: {error}; export again "
                "with this version"
            ) from error
        self._warm_up()

    def _run(self, inputs: Iterator[ImageArray], embeddings: FloatArray) -> None:
        if len(embeddings) == 1:
            self._single.infer(next(inputs)[None], share_inputs=True)
            embeddings[:] = self._single.get_tensor(OUTPUT_NAME).data
            return
        queue, results = self._queue
        results.append(embeddings)
        shared = []  # with requests that are under way
        try:
            for index, image in enumerate(inputs):  # the next is resized while these are encoded
                shared.append(image[None])
                queue.start_async(shared[-1], index, share_inputs=True)
        finally:
            queue.wait_all()
            results.clear()

    @cached_property
    def _queue(self) -> tuple[Any, list[FloatArray]]:
        """Requests that run side by side, and the array that they fill."""
        results: list[FloatArray] = []
        queue = self._openvino.AsyncInferQueue(self._compile("THROUGHPUT"))

        def keep(request: Any, index: int) -> None:
            results[0][index] = request.get_tensor(OUTPUT_NAME).data[0]

        queue.set_callback(keep)
        return queue, results

    def _compile(self, hint: str) -> Any:
        settings: dict[str, Any] = {
            "PERFORMANCE_HINT": hint,
            "INFERENCE_PRECISION_HINT": "f32",  # else bfloat16 where the processor has it, and embeddings differ
            "ENABLE_CPU_PINNING": False,  # a pinned thread waits for its core where other programs run on it
        }
        if self._threads:
            settings["INFERENCE_NUM_THREADS"] = self._threads
        return self._core.compile_model(self._model, "CPU", settings)
