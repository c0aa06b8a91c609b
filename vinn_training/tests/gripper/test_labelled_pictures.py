from pathlib import Path

import numpy as np
import pytest

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.vinn_writer import VinnDatasetWriter
from vinn_training.exceptions import InvalidInput
from vinn_training.gripper.label_set import LabelledFrame, LabelSet
from vinn_training.gripper.labelled_pictures import load_pictures
from vinn_training.preprocessing import Preprocessing


def _labels(*rows: tuple[Path, str, int, str]) -> LabelSet:
    return LabelSet(frames=tuple(LabelledFrame(str(source), *rest) for source, *rest in rows))  # type: ignore[arg-type]


def test_pictures_and_states_belong_together(dataset: Path) -> None:
    labels = _labels(
        (dataset, "demo_1", 30, "open"), (dataset, "demo_0", 7, "closed"), (dataset, "demo_1", 2, "closed")
    )
    told = []
    data = load_pictures(labels, Preprocessing(size=64), progress=lambda done, total: told.append((done, total)))
    assert data.images.shape == (3, 64, 64, 3)
    assert list(zip(data.frames, data.states.tolist(), strict=True)) == [(7, 0), (2, 0), (30, 3)]
    assert data.episodes[1] == data.episodes[2] != data.episodes[0]
    assert data.image_size == (128, 96)
    assert told[-1] == (3, 3)


def test_labels_of_what_is_not_there(dataset: Path) -> None:
    with pytest.raises(InvalidInput, match="has 40 frames, but a label is for frame 40"):
        load_pictures(_labels((dataset, "demo_1", 40, "open")), Preprocessing(size=64))
    with pytest.raises(InvalidInput, match="has no demonstration 'demo_9'"):
        load_pictures(_labels((dataset, "demo_9", 0, "open")), Preprocessing(size=64))
    with pytest.raises(InvalidInput, match="no labelled frames"):
        load_pictures(LabelSet(), Preprocessing(size=64))


def test_two_cameras_in_one_set_are_refused(dataset: Path, tmp_path: Path) -> None:
    square = Demonstration.from_images("demo", [np.zeros((50, 50, 3), np.uint8)], np.zeros((1, 3)), np.ones(1))
    VinnDatasetWriter(tmp_path / "square").write(square)
    labels = _labels((dataset, "demo_1", 3, "open"), (tmp_path / "square", "demo", 0, "open"))
    with pytest.raises(InvalidInput, match="expected one aspect ratio"):
        load_pictures(labels, Preprocessing(size=64))
