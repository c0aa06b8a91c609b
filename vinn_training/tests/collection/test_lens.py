import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from vinn_training.collection.lens import Lens, Linearizer, read_lens, write_lens
from vinn_training.exceptions import InvalidInput

FISHEYE = Lens("fisheye", 640, 360, 290.0, 291.0, 322.0, 178.0, (0.06, -0.01, 0.002, 0.0))
BARREL = Lens("pinhole", 640, 480, 420.0, 421.0, 318.0, 243.0, (-0.25, 0.08, 0.001, -0.0005, -0.01))
LENSES = pytest.mark.parametrize("lens", [FISHEYE, BARREL], ids=["fisheye", "pinhole"])


def test_fisheye_is_equidistant() -> None:
    """Without coefficients, the distance from the middle is the focal length times the angle."""
    lens = Lens("fisheye", 640, 480, 300.0, 300.0, 320.0, 240.0, (0.0,) * 4)
    angle = 0.9
    pixel = lens.project(np.array([[np.sin(angle), 0.0, np.cos(angle)]]))
    np.testing.assert_allclose(pixel, [[320 + 300 * angle, 240]], atol=1e-6)


def test_pinhole_follows_browns_polynomial() -> None:
    x, y = 0.3, -0.2
    k1, k2, p1, p2, k3 = BARREL.distortion
    r2 = x * x + y * y
    radial = 1 + k1 * r2 + k2 * r2**2 + k3 * r2**3
    seen = (x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x), y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y)
    expected = [[318 + 420 * seen[0], 243 + 421 * seen[1]]]
    np.testing.assert_allclose(BARREL.project(np.array([[x, y, 1.0]])), expected, atol=1e-6)


@LENSES
def test_dots_land_where_the_linear_camera_sees_them(lens: Lens) -> None:
    """Dots painted where the lens shows points of the world are moved to where a camera without distortion would."""
    linearizer = Linearizer(lens)
    camera = linearizer.camera
    for column in np.linspace(60, lens.width - 60, 5):
        for row in np.linspace(50, lens.height - 50, 4):
            ray = np.linalg.inv(camera.matrix) @ np.array([column, row, 1.0])
            x, y = lens.project(ray[None])[0]
            picture = np.zeros((lens.height, lens.width, 3), np.uint8)
            cv2.circle(picture, (round(x * 16), round(y * 16)), 4 * 16, (255, 255, 255), -1, cv2.LINE_AA, shift=4)
            linear = linearizer.apply(picture)[..., 0].astype(float)
            rows, columns = np.mgrid[: lens.height, : lens.width]
            centre = ((linear * columns).sum() / linear.sum(), (linear * rows).sum() / linear.sum())
            np.testing.assert_allclose(centre, (column, row), atol=0.35)


@LENSES
def test_the_linear_picture_is_full_and_no_smaller_than_it_must_be(lens: Lens) -> None:
    white = np.full((lens.height, lens.width, 3), 255, np.uint8)
    linearizer = Linearizer(lens)
    assert linearizer.apply(white).min() > 250
    focal = linearizer.camera.fx * 0.98
    corners = np.array([[x, y] for x in (0, lens.width - 1) for y in (0, lens.height - 1)], float)
    middles = np.array([[0, (lens.height - 1) / 2], [lens.width - 1, (lens.height - 1) / 2],
                        [(lens.width - 1) / 2, 0], [(lens.width - 1) / 2, lens.height - 1]], float)  # fmt: skip
    border = np.concatenate([corners, middles]) - (linearizer.camera.cx, linearizer.camera.cy)
    seen = lens.project(np.concatenate([border / focal, np.ones((8, 1))], axis=1))
    assert (seen < 0).any() or (seen > (lens.width - 1, lens.height - 1)).any()


@LENSES
def test_a_lens_scales_with_its_pictures(lens: Lens) -> None:
    """The same direction is seen at the same place of the picture, measured from its border."""
    half = lens.scaled(lens.width // 2, lens.height // 2)
    rays = np.array([[0.2, 0.1, 1.0], [-0.4, 0.3, 1.0]])
    np.testing.assert_allclose((lens.project(rays) + 0.5) / 2, half.project(rays) + 0.5, atol=1e-6)
    with pytest.raises(InvalidInput, match="aspect ratio"):
        lens.scaled(lens.height, lens.width)


@LENSES
def test_files_keep_a_lens_exactly(lens: Lens, tmp_path: Path) -> None:
    write_lens(tmp_path / "lenses" / "a.json", lens)
    assert read_lens(tmp_path / "lenses" / "a.json") == lens


@pytest.mark.parametrize(
    "change",
    [
        {"format": "other"},
        {"version": 2},
        {"model": "thin"},
        {"fx": "wide"},
        {"fx": -1.0},
        {"distortion": [0.1]},
        {"distortion": None},
        {"cx": 9000.0},
    ],
)
def test_bad_files_are_refused_by_name(change: dict, tmp_path: Path) -> None:
    path = tmp_path / "lens.json"
    path.write_text(json.dumps({**FISHEYE.to_dict(), **change}))
    with pytest.raises(InvalidInput, match=r"lens\.json"):
        read_lens(path)


def test_missing_and_broken_files_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"none\.json"):
        read_lens(tmp_path / "none.json")
    (tmp_path / "cut.json").write_text("{")
    with pytest.raises(InvalidInput, match=r"cut\.json"):
        read_lens(tmp_path / "cut.json")


def test_a_distortion_that_folds_the_picture_is_refused() -> None:
    lens = Lens("pinhole", 640, 480, 400.0, 400.0, 320.0, 240.0, (-0.9, 0.0, 0.0, 0.0, 0.0))
    with pytest.raises(InvalidInput, match="folds"):
        Linearizer(lens)


def test_pictures_of_another_size_are_refused() -> None:
    with pytest.raises(InvalidInput, match="64x48"):
        Linearizer(FISHEYE).apply(np.zeros((48, 64, 3), np.uint8))
