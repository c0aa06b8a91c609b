from collections.abc import Callable

import numpy as np
import pytest

from vinn_training.contracts import Demonstration
from vinn_training.encoder.export.calibration import MIN_FRAMES, calibration_frames
from vinn_training.exceptions import InvalidInput
from vinn_training.preprocessing import Preprocessing

Coloured = Callable[[int, int, int], tuple[Demonstration, ...]]
PREPROCESSING = Preprocessing(size=16)


def test_frames_are_drawn_from_all_without_repetition(coloured: Coloured) -> None:
    demonstrations = coloured(3, 40, 0)
    frames = calibration_frames(demonstrations, PREPROCESSING, 60, seed=4)
    assert (frames.shape, frames.dtype) == ((60, 16, 16, 3), np.uint8)
    colours = {tuple(frame[0, 0]) for frame in frames}
    sources = [{tuple(item.load_image(t)[0, 0]) for t in range(40)} for item in demonstrations]
    assert len(colours) == 60
    assert all(colours & source for source in sources)
    assert colours <= set.union(*sources)


def test_the_seed_decides(coloured: Coloured) -> None:
    demonstrations = coloured(2, 40, 0)
    drawn = [calibration_frames(demonstrations, PREPROCESSING, 50, seed) for seed in (0, 0, 1)]
    np.testing.assert_array_equal(drawn[0], drawn[1])
    assert not np.array_equal(drawn[0], drawn[2])


def test_all_frames_where_there_are_fewer(coloured: Coloured) -> None:
    assert len(calibration_frames(coloured(1, MIN_FRAMES, 0), PREPROCESSING, 300, seed=0)) == MIN_FRAMES


def test_too_few_are_refused(coloured: Coloured) -> None:
    with pytest.raises(InvalidInput, match=rf"2 demonstration\(s\) .* have {2 * 15} frames; expected at least 32"):
        calibration_frames(coloured(2, 15, 0), PREPROCESSING, 300, seed=0)
    with pytest.raises(InvalidInput, match="0 frames"):
        calibration_frames((), PREPROCESSING, 300, seed=0)
    with pytest.raises(InvalidInput, match="10 frames to calibrate on; expected at least 32"):
        calibration_frames(coloured(2, 40, 0), PREPROCESSING, 10, seed=0)
    with pytest.raises(InvalidInput, match="seed is -1"):
        calibration_frames(coloured(2, 40, 0), PREPROCESSING, 300, seed=-1)
