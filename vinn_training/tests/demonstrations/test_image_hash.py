import cv2
import numpy as np
import pytest

from vinn_training.demonstrations.image_hash import SIDE_PX, digest, distances, thumbnail


def _distance(first: np.ndarray, second: np.ndarray) -> float:
    return float(distances(np.float32(thumbnail(first) @ thumbnail(second))))


def _jpeg(image: np.ndarray, quality: int) -> np.ndarray:
    return cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)


def test_distance_is_the_rms_difference_of_normalised_thumbnails(views) -> None:
    """An independent calculation, from the definition."""
    first, second = views(0, 2)
    normalised = []
    for image in (first, second):
        small = cv2.resize(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
        normalised.append((small - small.mean()) / small.std())
    expected = np.sqrt(((normalised[0] - normalised[1]) ** 2).mean())
    assert _distance(first, second) == pytest.approx(expected, abs=1e-3)
    assert expected > 0.1


def test_copies_stay_near_and_other_pictures_far(views) -> None:
    first, second = views(1, 1)[0], views(2, 1)[0]
    copies = [_jpeg(first, 75), cv2.resize(first, None, fx=0.5, fy=0.5), (first * 0.8 + 20).astype(np.uint8)]
    for copy in copies:
        assert _distance(first, copy) < 0.1
    assert _distance(first, second) > 0.5
    assert _distance(first, 255 - first) == pytest.approx(2.0, abs=0.01)  # opposite


def test_a_blank_picture_is_like_none(views) -> None:
    blank = np.full((48, 64, 3), 90, dtype=np.uint8)
    assert not thumbnail(blank).any()
    assert _distance(blank, blank) == pytest.approx(np.sqrt(2))


def test_digest_is_of_pixels_and_shape(views) -> None:
    image = views(3, 1)[0]
    changed = image.copy()
    changed[40, 60, 2] ^= 1
    assert digest(image) == digest(image.copy()) != digest(changed)
    assert digest(np.zeros((4, 6, 3), dtype=np.uint8)) != digest(np.zeros((6, 4, 3), dtype=np.uint8))
