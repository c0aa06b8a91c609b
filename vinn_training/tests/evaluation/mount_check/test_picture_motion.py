from functools import cache

import cv2
import numpy as np
import pytest

from vinn_training.evaluation.mount_check.axes import angle_between_deg
from vinn_training.evaluation.mount_check.picture_motion import MAX_SPREAD_DEG, picture_motion
from vinn_training.exceptions import InvalidInput

FOCAL_PX, DEPTH_M = 300.0, 0.5
SHAPE = (240, 320)


def wall(seed: int = 0) -> np.ndarray:
    """A picture of a wall with patches of all sizes."""
    return _drawn_wall(seed).copy()


@cache
def _drawn_wall(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    layers = [
        cv2.resize(rng.uniform(-1, 1, (cells * 3, cells * 4, 3)), SHAPE[::-1], interpolation=cv2.INTER_CUBIC)
        for cells in (4, 9, 20)
    ]
    return np.clip(128 + 45 * sum(layers), 0, 255).astype(np.uint8)


def seen_from(image: np.ndarray, camera_m: np.ndarray) -> np.ndarray:
    """The wall at DEPTH_M as it is seen after the camera moved (x right, y down, z forward)."""
    scale = DEPTH_M / (DEPTH_M - camera_m[2])
    middle = np.array([(SHAPE[1] - 1) / 2, (SHAPE[0] - 1) / 2])
    shift = middle * (1.0 - scale) - FOCAL_PX * camera_m[:2] / (DEPTH_M - camera_m[2])
    warp = np.array([[scale, 0.0, shift[0]], [0.0, scale, shift[1]]])
    return cv2.warpAffine(image, warp, SHAPE[::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)


DIRECTIONS = [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1), (1, 2, -2), (-2, 1, 2)]


@pytest.mark.parametrize("direction", DIRECTIONS, ids=str)
def test_finds_where_the_camera_moved_in_front_of_a_wall(direction: tuple[int, int, int]) -> None:
    way_m = 0.025 * np.array(direction) / np.linalg.norm(direction)
    motion = picture_motion(wall(), seen_from(wall(), way_m), FOCAL_PX)

    assert motion.direction is not None, motion.problem
    assert angle_between_deg(motion.direction, way_m) < 3.0
    assert motion.spread_deg < MAX_SPREAD_DEG
    assert motion.agreeing.sum() > 0.8 * motion.moving.sum()


def test_a_gripper_that_stands_still_in_the_picture_changes_nothing() -> None:
    way_m = np.array([0.02, 0.0, 0.01])
    before, after = wall(), seen_from(wall(), way_m)
    for image in (before, after):  # as much texture as the scene
        image[130:, 60:260] = wall(7)[130:, 60:260]
    motion = picture_motion(before, after, FOCAL_PX)
    mask = np.full(SHAPE, 255, np.uint8)
    mask[120:, 50:270] = 0
    masked = picture_motion(before, after, FOCAL_PX, mask)

    assert (~motion.moving).sum() > 100
    assert masked.moving.mean() > 0.95
    for result in (motion, masked):
        assert result.direction is not None, result.problem
        assert angle_between_deg(result.direction, way_m) < 4.0


def test_a_third_of_the_scene_that_goes_elsewhere_is_outvoted() -> None:
    way_m = np.array([0.0, 0.02, 0.0])
    before, after = wall(), seen_from(wall(), way_m)
    after[:, :100] = seen_from(wall(), np.array([-0.03, -0.01, 0.0]))[:, :100]
    motion = picture_motion(before, after, FOCAL_PX)

    assert motion.direction is not None, motion.problem
    assert angle_between_deg(motion.direction, way_m) < 4.0


def test_an_exposure_that_changes_meanwhile_does_no_harm() -> None:
    way_m = np.array([0.02, -0.01, 0.0])
    after = np.clip(0.75 * seen_from(wall(), way_m).astype(float) + 20, 0, 255).astype(np.uint8)
    motion = picture_motion(wall(), after, FOCAL_PX)

    assert motion.direction is not None, motion.problem
    assert angle_between_deg(motion.direction, way_m) < 3.0


def test_what_says_nothing_gives_a_reason_and_no_direction() -> None:
    rng = np.random.default_rng(3)
    noise = [np.clip(130 + rng.normal(0, 3, (*SHAPE, 3)), 0, 255).astype(np.uint8) for _ in range(2)]
    snow = [rng.integers(0, 256, (*SHAPE, 3), dtype=np.uint8) for _ in range(2)]
    still = np.clip(wall().astype(float) + rng.normal(0, 2, (*SHAPE, 3)), 0, 255).astype(np.uint8)
    blank = np.full((*SHAPE, 3), 90, np.uint8)

    for before, after, reason in (
        (wall(), wall(), "frozen"),
        (wall(), still, "no motion in the picture"),
        (noise[0], noise[1], "too little texture"),
        (snow[0], snow[1], ""),
        (blank, noise[0], "too little texture"),
    ):
        motion = picture_motion(before, after, FOCAL_PX)
        assert motion.direction is None
        assert reason in motion.problem
        assert motion.problem


def test_texture_on_one_line_leaves_the_direction_uncertain_and_says_so() -> None:
    way_m = np.array([0.02, 0.0, 0.0])
    before, after = wall(), seen_from(wall(), way_m)
    for image in (before, after):
        image[:95], image[125:] = 128, 128
    motion = picture_motion(before, after, FOCAL_PX)

    # Every point moves along that line: forward and sideways differ in little more than the noise.
    assert motion.direction is None or angle_between_deg(motion.direction, way_m) < 8.0


def test_large_pictures_are_searched_smaller_and_told_in_their_own_pixels() -> None:
    way_m = np.array([0.02, 0.0, 0.0])
    large = [cv2.resize(image, None, fx=4, fy=4) for image in (wall(), seen_from(wall(), way_m))]
    motion = picture_motion(large[0], large[1], 4 * FOCAL_PX)

    assert motion.direction is not None, motion.problem
    assert angle_between_deg(motion.direction, way_m) < 3.0
    assert motion.motion_px == pytest.approx(4 * FOCAL_PX * 0.02 / DEPTH_M, rel=0.05)


def test_refuses_what_cannot_be_compared() -> None:
    with pytest.raises(InvalidInput, match="one size"):
        picture_motion(wall(), wall()[:100], FOCAL_PX)
    for focal_px in (0.0, -1.0, float("nan")):
        with pytest.raises(InvalidInput, match="focal length"):
            picture_motion(wall(), wall(), focal_px)
