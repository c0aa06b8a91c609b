import cv2
import numpy as np
import pytest

from vinn_training.collection.moving_regions import check_support, find_moving_regions, locate_moving

from .synthetic import CAMERA, Views, synthetic_views


def _images(count: int) -> list[np.ndarray]:
    return [np.zeros((CAMERA.height, CAMERA.width, 3), np.uint8)] * count


@pytest.fixture(scope="module")
def swinging() -> Views:
    return synthetic_views(count=16, door_from=10)


def test_a_door_is_found_while_it_swings_and_where_it_is(swinging: Views) -> None:
    structure = swinging.structure(pairs=swinging.pairs(noise_px=0.2))

    found = find_moving_regions(_images(16), structure, None)

    assert set(found.frames) <= set(range(10, 16))
    assert len(found.frames) >= 4
    frame = int(found.frames[-1])
    full = cv2.resize(found.masks[frame], (CAMERA.width, CAMERA.height), interpolation=cv2.INTER_NEAREST) == 0
    rows = swinging.inside[frame]
    at = swinging.pixels[frame].astype(int)
    hit = np.array([full[y, x] if inside else False for (x, y), inside in zip(at, rows, strict=True)])
    assert hit[rows & swinging.on_door].mean() > 0.7
    assert hit[rows & ~swinging.on_door].mean() < 0.2
    assert "moves by itself" in found.describe()


def test_nothing_is_found_in_a_scene_at_rest() -> None:
    views = synthetic_views(count=12)
    structure = views.structure(pairs=views.pairs(noise_px=0.2))

    found = find_moving_regions(_images(12), structure, None)

    assert len(found.frames) == 0
    assert found.describe() == "nothing large moves by itself"


def test_what_is_masked_is_not_looked_at(swinging: Views) -> None:
    structure = swinging.structure(pairs=swinging.pairs(noise_px=0.2))

    found = find_moving_regions(_images(16), structure, np.zeros((CAMERA.height, CAMERA.width), np.uint8))

    assert len(found.frames) == 0


def test_pictures_without_a_pose_are_left_alone(swinging: Views) -> None:
    centers = swinging.centers.copy()
    centers[12] = np.nan

    masks = locate_moving(swinging.pairs(noise_px=0.2), swinging.rotations, centers, CAMERA)

    assert (masks[12] == 255).all()
    assert (masks[13] == 0).any()


def test_a_pose_that_the_scene_disagrees_with_is_disputed_and_the_others_are_not() -> None:
    views = synthetic_views(count=12)
    rotations = views.rotations.copy()
    rotations[6] = rotations[6] @ cv2.Rodrigues(np.array([0.0, 0.1, 0.0]))[0]

    support = check_support(views.pairs(noise_px=0.2), rotations, views.centers, CAMERA)

    assert support.disputed[6] > 0.9
    assert np.delete(support.disputed, 6).max() < 0.1
    assert support.sightings[6] < 0.1 * support.sightings[5]
