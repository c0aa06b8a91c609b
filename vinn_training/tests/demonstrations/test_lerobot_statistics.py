import numpy as np

from vinn_training.demonstrations.lerobot_statistics import ImageHistogram, array_statistics


def test_array_statistics_of_known_numbers() -> None:
    statistics = array_statistics(np.array([[0.0, 10.0], [1.0, 20.0], [2.0, 60.0]], dtype=np.float32))
    assert statistics["min"] == [0, 10]
    assert statistics["max"] == [2, 60]
    assert statistics["mean"] == [1, 30]
    np.testing.assert_allclose(statistics["std"], [np.sqrt(2 / 3), np.sqrt(1400 / 3)])
    assert statistics["q50"] == [1, 20]
    assert statistics["count"] == [3]
    integers = array_statistics(np.arange(5))
    assert integers["max"] == [4]
    assert isinstance(integers["max"][0], int)


def test_image_statistics_are_those_of_all_pixels() -> None:
    images = np.random.default_rng(0).integers(20, 200, (6, 30, 40, 3), dtype=np.uint8)
    parts = [ImageHistogram(), ImageHistogram()]
    for index, image in enumerate(images):
        parts[index % 2].add(image)
    statistics = ImageHistogram.join(parts).statistics()
    pixels = images.reshape(-1, 3) / 255.0
    for name, expected in (
        ("min", pixels.min(axis=0)),
        ("max", pixels.max(axis=0)),
        ("mean", pixels.mean(axis=0)),
        ("std", pixels.std(axis=0)),
        ("q10", np.quantile(pixels, 0.1, axis=0)),
        ("q99", np.quantile(pixels, 0.99, axis=0)),
    ):
        assert np.shape(statistics[name]) == (3, 1, 1)
        np.testing.assert_allclose(np.ravel(statistics[name]), expected, atol=1e-9 if name[0] != "q" else 0.5 / 255)
    assert statistics["count"] == [6]
