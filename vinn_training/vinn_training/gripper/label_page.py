"""A contact sheet to label gripper states on: one web page with everything in it, for any browser, without network."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from vinn_training.contracts import ImageArray
from vinn_training.demonstrations.images import encode_image
from vinn_training.gripper.label_page_template import DATA_MARK, PAGE
from vinn_training.gripper.label_set import FORMAT, VERSION, LabelSet
from vinn_training.preprocessing import check_image

#: Longer side of a picture on the page: enough to see the fingers, 20 to 40 kB each.
_PICTURE_SIDE_PX = 400


@dataclass(frozen=True)
class PagePicture:
    """One picture of the page.

    Attributes:
        source: As the labels file names it.
        episode: Demonstration within a data set; empty for a video.
        frame: Number within the episode.
        image: (H, W, 3) uint8 RGB.
    """

    source: str
    episode: str
    frame: int
    image: ImageArray


def label_page(pictures: Iterable[PagePicture], labels: LabelSet, labels_file: Path) -> str:
    """Return the page as HTML.

    Args:
        pictures: Shown in this order; consumed one at a time.
        labels: The states (key 1 is the first, closed) and what was labelled before; labels of frames that are not
            shown are kept in what the page saves.
        labels_file: Where the user is told to put what the page saves.

    Raises:
        InvalidInput: If a picture is no (H, W, 3) uint8 array.
    """
    left = {(label.source, label.episode, label.frame): label for label in labels.frames}
    frames = []
    for picture in pictures:
        known = left.pop((picture.source, picture.episode, picture.frame), None)
        frames.append(
            {
                "source": picture.source,
                "episode": picture.episode,
                "frame": picture.frame,
                "state": known.state if known else None,
                "picture": _data_url(picture.image),
            }
        )
    identity = json.dumps([[row["source"], row["episode"], row["frame"], row["state"]] for row in frames])
    content = {
        "format": FORMAT,
        "version": VERSION,
        "closed_to_open": list(labels.closed_to_open),
        "file_name": labels_file.name,
        "file_path": str(labels_file.resolve()),
        "page_id": hashlib.sha256(identity.encode()).hexdigest()[:16],
        "other_labels": [vars(label) for label in left.values()],
        "frames": frames,
    }
    # A "</script>" or "<!--" within a string would end the element; in JSON the sign can be written otherwise.
    return PAGE.replace(DATA_MARK, json.dumps(content).replace("<", "\\u003c"))


def _data_url(image: ImageArray) -> str:
    check_image(image)
    height, width = image.shape[:2]
    factor = min(1.0, _PICTURE_SIDE_PX / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return "data:image/jpeg;base64," + base64.b64encode(encode_image(small, ".jpg")).decode()
