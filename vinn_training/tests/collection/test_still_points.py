import cv2
import numpy as np

from vinn_training.collection.still_points import find_still_pairs


def _video(moving: bool) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    scene = cv2.resize(rng.integers(0, 256, (60, 90, 3), dtype=np.uint8), (540, 360), interpolation=cv2.INTER_CUBIC)
    fixed = cv2.resize(rng.integers(0, 256, (10, 10, 3), dtype=np.uint8), (60, 60), interpolation=cv2.INTER_CUBIC)
    images = []
    for frame in range(6):
        shift = 5 * frame if moving else 0
        image = scene[40 : 40 + 240, 40 + shift : 40 + shift + 320].copy()
        image[150:210, 130:190] = fixed
        images.append(image)
    return images


def test_only_what_is_fixed_to_the_camera_is_still() -> None:
    pairs = find_still_pairs(_video(moving=True), [0, 5])
    assert [(pair.first, pair.second) for pair in pairs] == [(0, 1), (5, 4)]
    for pair in pairs:
        assert 4.5 < pair.scene_motion_px < 5.5
        assert len(pair.points_px) >= 5
        inside = (np.abs(pair.points_px - [160, 180]) <= 33).all(axis=1)
        assert inside.mean() > 0.95


def test_a_scene_at_rest_tells_nothing() -> None:
    assert find_still_pairs(_video(moving=False), [0, 3]) == []


def test_a_blank_scene_tells_nothing() -> None:
    assert find_still_pairs([np.full((240, 320, 3), 90, np.uint8)] * 4, [0, 3]) == []
