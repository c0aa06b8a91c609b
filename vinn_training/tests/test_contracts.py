import numpy as np
import pytest

from vinn_training.contracts import Demonstration
from vinn_training.exceptions import InvalidInput


def _demonstration(directions: object = ((1, 0, 0), (0, 0, 0)), gripper: object = (0.0, 1.0)) -> Demonstration:
    return Demonstration(
        name="left",
        frame_names=("a", "b"),
        directions=np.array(directions, dtype=np.float32),
        gripper=np.array(gripper, dtype=np.float32),
        load_image=lambda index: np.full((4, 4, 3), index, dtype=np.uint8),
    )


def test_frame_carries_image_and_label_of_its_index() -> None:
    frame = _demonstration().frame(1)
    assert (frame.name, frame.gripper) == ("b", 1.0)
    assert frame.image[0, 0, 0] == 1
    np.testing.assert_array_equal(frame.direction, [0, 0, 0])


@pytest.mark.parametrize(
    ("directions", "gripper", "words"),
    [
        (((1, 0, 0),), (0, 1), r"shape \(1, 3\)"),
        (((2, 0, 0), (1, 0, 0)), (0, 1), "length 2"),
        (((1, 0, 0), (np.nan, 0, 0)), (0, 1), "'b'"),
        (((1, 0, 0), (0, 1, 0)), (0,), "gripper has shape"),
        (((1, 0, 0), (0, 1, 0)), (0, 1.5), r"outside \[0, 1\]"),
        (((1, 0, 0), (0, 1, 0)), (0, np.nan), r"outside \[0, 1\]"),
    ],
)
def test_bad_labels_are_refused_with_their_frame(directions: object, gripper: object, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        _demonstration(directions, gripper)


def test_no_frames_are_refused() -> None:
    empty = np.zeros((0, 3), dtype=np.float32)
    with pytest.raises(InvalidInput, match="no frames"):
        Demonstration("left", (), empty, empty[:, 0], lambda index: np.zeros((4, 4, 3), dtype=np.uint8))


def test_labels_are_copied_and_read_only() -> None:
    directions = np.array(((1, 0, 0), (0, 1, 0)), dtype=np.float32)
    demonstration = Demonstration(
        "left", ("a", "b"), directions, np.zeros(2, dtype=np.float32), lambda index: np.zeros((4, 4, 3), dtype=np.uint8)
    )
    directions[0] = 7
    assert demonstration.directions[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        demonstration.directions[0, 0] = 7


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ({"times_s": [0.0, 0.0]}, "'b' is not later"),
        ({"times_s": [0.0]}, r"times_s has shape \(1,\)"),
        ({"lengths": [0.1, -0.1]}, "length is negative"),
        ({"rotations_rad": [[0, 0, np.inf], [0, 0, 0]]}, "all finite"),
    ],
)
def test_bad_extras_are_refused(extra: dict, words: str) -> None:
    images = [np.zeros((4, 4, 3), dtype=np.uint8)] * 2
    with pytest.raises(InvalidInput, match=words):
        Demonstration("left", ("a", "b"), np.eye(3)[:2], np.zeros(2), images.__getitem__, **extra)
