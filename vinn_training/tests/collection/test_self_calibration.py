import math
from collections.abc import Callable

import pytest

from vinn_training.collection.camera import PinholeCamera
from vinn_training.collection.self_calibration import centered_camera, find_focal_length
from vinn_training.exceptions import CollectionError

SIZE = (960, 540)


def _peak(focal_px: float, fall: float = 0.3) -> Callable[[PinholeCamera], float]:
    return lambda camera: 0.8 * math.exp(-fall * math.log(camera.fx / focal_px) ** 2)


@pytest.mark.parametrize("focal_px", [330.0, 410.0, 455.0, 800.0, 1200.0])
def test_the_focal_length_with_the_best_score_is_found_between_the_trials(focal_px: float) -> None:
    profile = find_focal_length(SIZE, _peak(focal_px))

    assert profile.best_px == pytest.approx(focal_px, rel=0.01)
    assert profile.fall(-1) > 0.02
    assert profile.fall(1) > 0.02


def test_turned_pictures_have_the_same_range_of_fields_of_view() -> None:
    profile = find_focal_length(SIZE[::-1], _peak(410.0))

    assert profile.best_px == pytest.approx(410.0, rel=0.01)


def test_a_score_that_does_not_depend_on_the_focal_length_is_refused_with_what_to_do() -> None:
    with pytest.raises(CollectionError, match=r"cannot be found from this video.*vinn calibrate"):
        find_focal_length(SIZE, lambda camera: 0.8)


@pytest.mark.parametrize(("focal_px", "word"), [(12000.0, "longer"), (60.0, "shorter")])
def test_a_focal_length_that_runs_away_is_refused(focal_px: float, word: str) -> None:
    with pytest.raises(CollectionError, match=f"{word} ones explain the matches"):
        find_focal_length(SIZE, _peak(focal_px))


def test_no_model_with_any_focal_length_is_said_to_be_that() -> None:
    with pytest.raises(CollectionError, match="no camera path was found with any focal length"):
        find_focal_length(SIZE, lambda camera: 0.0)


def test_the_camera_has_its_principal_point_in_the_middle_of_the_pixels() -> None:
    camera = centered_camera(SIZE, 410.0)

    assert (camera.cx, camera.cy) == (479.5, 269.5)
