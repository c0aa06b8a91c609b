"""Which part of the pictures is ignored: as given, or what stands still in all of them (the grabber)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from vinn_training.collection.quality import QualityRecord
from vinn_training.collection.stages import Mask
from vinn_training.contracts import ImageArray
from vinn_training.exceptions import InvalidInput

_ASPECT_TOLERANCE = 0.02


def picture_mask(
    images: Sequence[ImageArray],
    given: Mask | None,
    find_grabber: Callable[[Sequence[ImageArray]], Mask | None] | None,
    quality: QualityRecord,
) -> Mask | None:
    """Return the mask, (H, W) uint8 of the pictures' size, 0 where they are ignored; None where nothing is.

    Args:
        images: N pictures, (H, W, 3) uint8, one or more.
        given: A mask of the pictures' aspect ratio, which is taken instead of looking for one.
        find_grabber: Finds one; None where it is not to be looked for.
        quality: Filled with what is found.

    Raises:
        InvalidInput: If the given mask has another aspect ratio than the pictures.
    """
    height, width = images[0].shape[:2]
    mask: Mask | None = None
    if given is not None:
        rows, columns = given.shape
        if abs(columns / rows * height / width - 1.0) > _ASPECT_TOLERANCE:
            raise InvalidInput(
                f"the mask is {columns}x{rows}, but the pictures are {width}x{height}; expected the same aspect ratio"
            )
        mask = np.asarray(cv2.resize(given, (width, height), interpolation=cv2.INTER_NEAREST), dtype=np.uint8)
    elif find_grabber is not None:
        mask = find_grabber(images)
    source = "given" if given is not None else "found" if mask is not None else "none"
    ignored = 0.0 if mask is None else float((mask == 0).mean())
    quality.grabber_mask = {"source": source, "part_of_picture": ignored}
    if source == "none" and find_grabber is not None:
        quality.notes.append("no grabber was found standing still in the picture; give a mask if there is one")
    return mask
