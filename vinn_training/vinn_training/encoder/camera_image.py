"""From one camera image to its embedding: what the robot's perception does, and what a replay must do alike."""

from __future__ import annotations

from vinn_training.contracts import FloatArray, ImageArray
from vinn_training.encoder.runtime import EncoderRuntime
from vinn_training.preprocessing import check_not_blank


def encode_camera_image(runtime: EncoderRuntime, image: ImageArray) -> FloatArray:
    """Return the (D,) float32 embedding of an (H, W, 3) uint8 RGB image.

    Images are encoded one by one: in a batch, the last digits of an embedding may differ.

    Args:
        runtime: The encoder.
        image: As the camera gave it.

    Raises:
        InvalidInput: If the image cannot be preprocessed, or shows nothing (a covered lens, a dead camera).
    """
    check_not_blank(image)
    return runtime.encode([image])[0]
