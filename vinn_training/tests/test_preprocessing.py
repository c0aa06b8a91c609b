import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinn_training.exceptions import InvalidInput
from vinn_training.preprocessing import (
    IMAGENET_MEAN,
    IMAGENET_STD,
    CropBox,
    Preprocessing,
    check_image,
    check_not_blank,
)


def _picture(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_known_answer_of_a_uniform_red_picture() -> None:
    red = np.zeros((40, 60, 3), dtype=np.uint8)
    red[..., 0] = 255
    values = Preprocessing(size=32)(red)
    assert values.shape == (3, 32, 32)
    assert values.dtype == np.float32
    expected = [(1 - 0.485) / 0.229, (0 - 0.456) / 0.224, (0 - 0.406) / 0.225]
    np.testing.assert_allclose(values.mean(axis=(1, 2)), expected, rtol=1e-5)
    np.testing.assert_allclose(values.std(axis=(1, 2)), 0.0, atol=1e-6)


def test_agrees_with_torchvision() -> None:
    torch = pytest.importorskip("torch")
    functional = pytest.importorskip("torchvision.transforms.v2.functional")
    picture = _picture(64, 64)
    scaled = functional.to_dtype(torch.from_numpy(picture).permute(2, 0, 1), torch.float32, scale=True)
    expected = functional.normalize(scaled, list(IMAGENET_MEAN), list(IMAGENET_STD)).numpy()
    np.testing.assert_allclose(Preprocessing(size=64)(picture), expected, atol=1e-5)


def test_shrinking_averages_areas() -> None:
    picture = _picture(64, 128)
    blocks = picture.reshape(32, 2, 32, 4, 3).astype(np.float64).mean(axis=(1, 3))
    assert np.abs(Preprocessing(size=32).resize(picture) - blocks).max() <= 0.51


def test_keeps_left_right_up_and_down() -> None:
    picture = np.zeros((100, 100, 3), dtype=np.uint8)
    picture[10:30, 60:90] = 255
    small = Preprocessing(size=50).resize(picture)
    rows, columns = np.nonzero(small[..., 0] > 127)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (5, 14, 30, 44)


def test_crop_of_the_original_keeps_the_named_pixels() -> None:
    picture = _picture(1080, 1920)
    box = CropBox(410, 0, 1600, 697, 1920, 1080)
    expected = cv2.resize(picture[0:697, 410:1600], (224, 224), interpolation=cv2.INTER_AREA)
    np.testing.assert_array_equal(Preprocessing(size=224, crop=box).resize(picture), expected)


def test_crop_scales_with_the_camera_but_refuses_another_aspect() -> None:
    box = CropBox(410, 0, 1600, 697, 1920, 1080)
    half = box.apply(_picture(540, 960))
    assert half.shape[:2] == (348, 595)
    with pytest.raises(InvalidInput, match=r"640x480.*1920x1080"):
        box.apply(_picture(480, 640))


@pytest.mark.parametrize(
    "box", [(0, 0, 0, 5, 10, 10), (5, 0, 4, 5, 10, 10), (0, 0, 11, 5, 10, 10), (-1, 0, 5, 5, 10, 10)]
)
def test_empty_or_outlying_crops_are_refused(box: tuple[int, ...]) -> None:
    with pytest.raises(InvalidInput, match="crop"):
        CropBox(*box)


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (np.zeros((0, 10, 3), dtype=np.uint8), "10x0"),
        (np.zeros((10, 0, 3), dtype=np.uint8), "0x10"),
        (np.zeros((10, 10), dtype=np.uint8), "shape"),
        (np.zeros((10, 10, 4), dtype=np.uint8), "shape"),
        (np.zeros((10, 10, 3), dtype=np.float32), "float32"),
        (np.lib.stride_tricks.as_strided(np.zeros(1, dtype=np.uint8), (9000, 10, 3), (0, 0, 0)), "10x9000"),
        ("picture.png", "str"),
    ],
)
def test_what_is_no_camera_image_is_refused(image: object, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        check_image(image)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match=words):
        Preprocessing(size=32)(image)  # type: ignore[arg-type]


def test_batch_equals_one_by_one() -> None:
    pictures = [_picture(30, 40, 1), _picture(64, 64, 2), _picture(200, 100, 3)]
    preprocessing = Preprocessing(size=48)
    batch = preprocessing.batch(pictures)
    assert batch.flags.c_contiguous
    for row, picture in zip(batch, pictures, strict=True):
        np.testing.assert_array_equal(row, preprocessing(picture))
    with pytest.raises(InvalidInput, match="no images"):
        preprocessing.batch([])


@settings(deadline=None, max_examples=20)
@given(st.integers(16, 128), st.booleans(), st.floats(0.1, 0.9), st.floats(0.1, 0.5))
def test_json_round_trip_keeps_the_fingerprint(size: int, cropped: bool, mean: float, std: float) -> None:
    crop = CropBox(1, 2, 30, 40, 50, 60) if cropped else None
    before = Preprocessing(size=size, crop=crop, mean=(mean, 0.4, 0.3), std=(std, 0.2, 0.2))
    after = Preprocessing.from_dict(before.to_dict())
    assert after == before
    assert after.fingerprint == before.fingerprint


def test_fingerprint_tells_every_setting_apart() -> None:
    variants = [
        Preprocessing(size=64),
        Preprocessing(size=65),
        Preprocessing(size=64, crop=CropBox(0, 0, 10, 10, 10, 10)),
        Preprocessing(size=64, crop=CropBox(0, 0, 9, 10, 10, 10)),
        Preprocessing(size=64, mean=(0.5, 0.5, 0.5)),
        Preprocessing(size=64, std=(0.5, 0.5, 0.5)),
    ]
    assert len({variant.fingerprint for variant in variants}) == len(variants)


@pytest.mark.parametrize(
    "change", [{"size": "large"}, {"size": 4}, {"crop": {"left": 1}}, {"mean": [0.1]}, {"extra": 1}]
)
def test_bad_json_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        Preprocessing.from_dict({**Preprocessing().to_dict(), **change})


@pytest.mark.parametrize("std", [(0.0, 0.2, 0.2), (float("nan"), 0.2, 0.2)])
def test_bad_statistics_are_refused(std: tuple[float, float, float]) -> None:
    with pytest.raises(InvalidInput, match="std"):
        Preprocessing(std=std)


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (200, 30, 90)])
def test_blank_pictures_are_refused_with_sensor_noise_too(colour: tuple[int, int, int]) -> None:
    noise = np.random.default_rng(0).normal(0, 8, (480, 640, 3))
    with pytest.raises(InvalidInput, match="image is blank"):
        check_not_blank(np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8))


def test_dark_scenes_are_not_blank() -> None:
    dark = np.zeros((480, 640, 3), dtype=np.uint8)
    dark[200:300, 300:400] = (30, 20, 10)
    check_not_blank(dark)
