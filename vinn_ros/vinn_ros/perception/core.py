"""From an image to its embedding, without ROS: newest image first, every image accounted for."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from vinn_ros.silence import SILENT_S, silence
from vinn_training.contracts import FloatArray, ImageArray
from vinn_training.encoder.camera_image import encode_camera_image
from vinn_training.encoder.runtime import EncoderRuntime
from vinn_training.exceptions import InvalidInput, VinnError

Item = TypeVar("Item")


@dataclass(frozen=True)
class FrameCounts:
    """What became of the images; received = encoded + skipped + rejected + those still waiting.

    Attributes:
        received: Images taken from the topic.
        encoded: Images answered with an embedding.
        skipped: Images dropped because a newer one was waiting.
        rejected: Images that could not be used.
        last_problem: Why the last rejected image could not be used.
    """

    received: int = 0
    encoded: int = 0
    skipped: int = 0
    rejected: int = 0
    last_problem: str = ""


def input_problem(counts: FrameCounts, topic: str, publishers: int, silent_s: float) -> str | None:
    """Return what is wrong with the images that come or do not come, None if nothing is.

    Args:
        counts: Since the node became active.
        topic: On which the images should come.
        publishers: How many publish there.
        silent_s: Time since the last image; before the first, since the node became active.
    """
    problems = []
    if counts.rejected:
        problems.append(f"images rejected, the last: {counts.last_problem}")
    silent = silence("image", topic, counts.received, silent_s)
    if silent is not None:
        problems.append(silent)
    if counts.received == 0 and publishers and silent_s > SILENT_S:
        problems.append(
            "somebody publishes there: sends nothing, or nothing gets through whole; image_transport 'compressed' "
            "needs less of a network"
        )
    return "; ".join(problems) or None


class FrameWorker(Generic[Item]):
    """Encodes images in a thread of its own, so that receiving never waits for the encoder.

    Args:
        handle: Called in the worker thread with each image message that is not skipped; raises VinnError for one
            that cannot be used, and its text is counted and passed to `reject`.
        reject: Called in the worker thread with the reason for each rejected image.
        queue_depth: Images that may wait. At 1 only the newest waits, which suits a robot; offline
            evaluation takes more, to answer every frame.

    Raises:
        InvalidInput: If `queue_depth` is below 1.
    """

    def __init__(self, handle: Callable[[Item], None], reject: Callable[[str], None], queue_depth: int = 1) -> None:
        if queue_depth < 1:
            raise InvalidInput(f"queue_depth is {queue_depth}; expected at least 1")
        self._handle = handle
        self._reject = reject
        self._depth = queue_depth
        self._waiting: deque[Item] = deque()
        self._condition = threading.Condition()
        self._counts = FrameCounts()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="encoder", daemon=True)
        self._thread.start()

    @property
    def counts(self) -> FrameCounts:
        """The counts so far."""
        with self._condition:
            return self._counts

    def submit(self, item: Item) -> None:
        """Take one image; the oldest waiting one is dropped when the queue is full."""
        with self._condition:
            skipped = len(self._waiting) >= self._depth
            if skipped:
                self._waiting.popleft()
            self._waiting.append(item)
            self._counts = replace(
                self._counts, received=self._counts.received + 1, skipped=self._counts.skipped + skipped
            )
            self._condition.notify()

    def close(self) -> None:
        """Finish the image in work, drop those that wait, and end the thread."""
        with self._condition:
            self._closed = True
            self._counts = replace(self._counts, skipped=self._counts.skipped + len(self._waiting))
            self._waiting.clear()
            self._condition.notify()
        self._thread.join(timeout=2.0)

    def _run(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
                item = self._waiting.popleft()
            self._process(item)

    def _process(self, item: Item) -> None:
        problem = ""
        try:
            self._handle(item)
        except VinnError as error:
            problem = str(error)
        except Exception as error:  # the node must outlive a bug met with one image
            problem = f"{type(error).__name__}: {error} (a bug; please report it)"
        with self._condition:
            if problem:
                self._counts = replace(self._counts, rejected=self._counts.rejected + 1, last_problem=problem)
            else:
                self._counts = replace(self._counts, encoded=self._counts.encoded + 1)
        if problem:
            self._reject(problem)


class PerceptionCore:
    """Encodes one image at a time and remembers how long it took.

    Args:
        runtime: The encoder of the bundle.
    """

    def __init__(self, runtime: EncoderRuntime) -> None:
        self.runtime = runtime
        self._encode_ms: deque[float] = deque(maxlen=100)

    @property
    def median_encode_ms(self) -> float:
        """Median time of the last 100 images in milliseconds, 0 before the first."""
        times = sorted(self._encode_ms)
        return times[len(times) // 2] if times else 0.0

    def encode(self, image: ImageArray) -> FloatArray:
        """Return the (D,) float32 embedding of an (H, W, 3) uint8 RGB image.

        Raises:
            InvalidInput: If the image cannot be preprocessed, or shows nothing (a covered lens, a dead camera).
        """
        started = time.perf_counter()
        embedding = encode_camera_image(self.runtime, image)
        self._encode_ms.append(1e3 * (time.perf_counter() - started))
        return embedding
