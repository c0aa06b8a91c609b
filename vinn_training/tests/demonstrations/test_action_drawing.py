import numpy as np
import pytest

from vinn_training.demonstrations.action_drawing import draw_action

YELLOW, GREEN, RED, BLUE, WHITE = (255, 220, 0), (60, 220, 90), (255, 90, 70), (80, 190, 255), (220, 220, 220)


def _centre(picture: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray | None:
    """Return the mean (x, y) of a colour's pixels, relative to the picture's centre; None where there are none."""
    rows, columns = np.nonzero((picture == colour).all(axis=2))
    if not len(rows):
        return None
    return np.array([columns.mean() - picture.shape[1] / 2, rows.mean() - picture.shape[0] / 2])


def _drawn(direction: list[float], gripper: float = 0.0) -> np.ndarray:
    return draw_action(np.full((200, 200, 3), 128, dtype=np.uint8), np.array(direction), gripper)


@pytest.mark.parametrize("direction", [[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0.6, 0.8, 0]])
def test_arrow_points_right_and_down_as_the_optical_frame_does(direction: list[float]) -> None:
    place = _centre(_drawn(direction), YELLOW)
    assert place is not None
    cosine = place @ np.array(direction[:2]) / np.linalg.norm(place)
    assert cosine > 0.98
    assert np.linalg.norm(place) > 10


def test_forward_and_backward_look_different() -> None:
    forward, backward, sideways = _drawn([0, 0, 1]), _drawn([0, 0, -1]), _drawn([1, 0, 0])
    assert _centre(forward, GREEN) is not None
    assert _centre(forward, RED) is None
    assert _centre(backward, RED) is not None
    assert _centre(backward, GREEN) is None
    assert _centre(sideways, GREEN) is None
    assert _centre(sideways, RED) is None
    # A larger disc where more of the motion is along the view.
    part = _drawn([0.8, 0, 0.6])
    size = [int((picture == GREEN).all(axis=2).sum()) for picture in (part, forward)]
    assert 0 < size[0] < size[1]


def test_rest_and_gripper() -> None:
    rest = _drawn([0, 0, 0], gripper=0.0)
    assert _centre(rest, WHITE) is not None
    assert _centre(rest, YELLOW) is None
    assert _centre(rest, BLUE) is None
    half, full = (int((_drawn([0, 0, 0], value) == BLUE).all(axis=2).sum()) for value in (0.5, 1.0))
    assert 0.4 * full < half < 0.6 * full
    place = _centre(_drawn([0, 0, 0], 0.5), BLUE)
    assert place is not None
    assert place[0] > 80  # at the right edge


def test_the_picture_itself_is_not_drawn_into() -> None:
    image = np.full((50, 50, 3), 128, dtype=np.uint8)
    draw_action(image, np.array([1.0, 0, 0]), 1.0)
    assert (image == 128).all()
