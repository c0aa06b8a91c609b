import numpy as np
import pytest

from vinn_training.contracts import Demonstration
from vinn_training.encoder.frame_cache import cache_frames
from vinn_training.exceptions import InvalidInput
from vinn_training.preprocessing import CropBox, Preprocessing


def _demonstration(name: str, images: list[np.ndarray]) -> Demonstration:
    count = len(images)
    return Demonstration(name, tuple(map(str, range(count))), np.zeros((count, 3)), np.zeros(count), images.__getitem__)


def test_frames_are_those_the_encoder_will_see() -> None:
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 256, (40, 80, 3), dtype=np.uint8) for _ in range(5)]
    preprocessing = Preprocessing(size=16, crop=CropBox(10, 5, 60, 35, 80, 40))
    steps: list[tuple[int, int]] = []
    frames = cache_frames(
        [_demonstration("a", images[:2]), _demonstration("b", images[2:])], preprocessing, lambda *s: steps.append(s)
    )
    assert steps == [(2, 5), (5, 5)]
    for frame, image in zip(frames, images, strict=True):
        np.testing.assert_array_equal(preprocessing.normalise(frame[None])[0], preprocessing(image))


def test_nothing_to_train_on() -> None:
    with pytest.raises(InvalidInput, match="no demonstrations"):
        cache_frames([], Preprocessing())
