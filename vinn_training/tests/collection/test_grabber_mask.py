import cv2
import numpy as np
import pytest

from vinn_training.collection.grabber_mask import find_grabber

_SIZE = (480, 270)


def _texture(seed: int, width: int, height: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(0, 255, (height // 6, width // 6, 3)).astype(np.uint8)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def _film(count: int, step_px: int, grabber: bool) -> tuple[list[np.ndarray], np.ndarray]:
    """A textured wall that slides by, and a textured bar that stands still at the bottom."""
    width, height = _SIZE
    wall = _texture(0, width + step_px * count, height)
    bar = np.zeros((height, width), np.uint8)
    cv2.fillConvexPoly(bar, np.array([[200, 269], [215, 150], [255, 150], [275, 269]]), 255)
    paint = _texture(1, width, height)
    images = []
    for index in range(count):
        image = wall[:, index * step_px : index * step_px + width].copy()
        if grabber:
            image[bar > 0] = paint[bar > 0]
        images.append(image)
    return images, np.where(bar > 0, 0, 255).astype(np.uint8)


def test_what_stands_still_is_masked_with_a_margin_and_little_else() -> None:
    images, truth = _film(8, 9, grabber=True)

    mask = find_grabber(images)

    assert mask is not None
    assert mask.shape == truth.shape
    assert set(np.unique(mask)) == {0, 255}
    assert (mask[truth == 0] == 0).mean() > 0.95
    margin = cv2.dilate((truth == 0).astype(np.uint8), np.ones((41, 41))) > 0
    assert (mask[~margin] == 255).all()


def test_nothing_stands_still_gives_no_mask() -> None:
    images, _ = _film(8, 9, grabber=False)

    assert find_grabber(images) is None


def test_a_camera_at_rest_is_not_taken_for_one_large_grabber() -> None:
    images, _ = _film(8, 0, grabber=True)

    assert find_grabber(images) is None
    assert find_grabber(images[:1]) is None


def test_pictures_without_texture_give_no_mask() -> None:
    assert find_grabber([np.full((270, 480, 3), 90, np.uint8)] * 5) is None


@pytest.mark.full
@pytest.mark.parametrize("rate_hz", [3.0, 5.0, 10.0])
def test_the_grabber_of_the_authors_video_is_found(authors_frames, rate_hz: float) -> None:
    images, _ = authors_frames(rate_hz)

    mask = find_grabber(images)

    assert mask is not None
    # Drawn by hand: stick and fingers, which close in the middle of the video.
    polygon = np.array([[400, 290], [575, 280], [590, 340], [555, 400], [620, 540], [430, 540], [400, 420]])
    hand = np.zeros(mask.shape, np.uint8)
    cv2.fillConvexPoly(hand, cv2.convexHull(polygon), 1)
    overlap = ((mask == 0) & (hand > 0)).sum() / ((mask == 0) | (hand > 0)).sum()
    assert overlap > 0.5
    assert (mask == 0).mean() < 0.2
