from pathlib import Path

import cv2
import numpy as np
import pytest

from vinn_training.collection.frame_choice import MOTION_RATE_HZ, RateConfig, RateFilter, choose_rate, motion_speeds
from vinn_training.collection.video import VideoFrame, frames, probe
from vinn_training.exceptions import InvalidInput


def _sliding(speed: float, count: int = 8) -> list[VideoFrame]:
    """Frames 320 px wide of a texture that slides by `speed` widths a second."""
    rng = np.random.default_rng(0)
    texture = cv2.resize(rng.integers(0, 256, (60, 200, 3), np.uint8), (1600, 480), interpolation=cv2.INTER_CUBIC)
    pictures = []
    for index in range(count):
        shift = np.array([[1, 0, -320 * speed * index / MOTION_RATE_HZ - 5], [0, 1, 0]], np.float32)
        pictures.append(cv2.warpAffine(texture, shift, (320, 240)))
    return [VideoFrame(index, index / MOTION_RATE_HZ, picture) for index, picture in enumerate(pictures)]


@pytest.mark.parametrize("speed", [0.05, 0.2, 0.6])
def test_speed_is_measured(speed: float) -> None:
    np.testing.assert_allclose(motion_speeds(_sliding(speed)), speed, rtol=0.1)


def test_speed_is_unknown_without_texture_or_connection() -> None:
    blank = [VideoFrame(index, index / 10, np.full((240, 320, 3), 128, np.uint8)) for index in range(3)]
    assert np.isnan(motion_speeds(blank)).all()
    rng = np.random.default_rng(0)
    noise = [VideoFrame(index, index / 10, rng.integers(0, 256, (240, 320, 3), np.uint8)) for index in range(3)]
    assert np.isnan(motion_speeds(noise)).all()


def test_the_rate_gives_the_wanted_step() -> None:
    config = RateConfig(step=0.04)
    rate_hz, reason = choose_rate(np.array([0.0, 0.0, 0.2, 0.2, np.nan]), 30.0, config)
    assert 0.2 / rate_hz == pytest.approx(0.04)
    assert "20 %" in reason


def test_the_rate_keeps_its_bounds() -> None:
    config = RateConfig(step=0.04, min_hz=1.0, max_hz=10.0)
    assert choose_rate(np.array([5.0]), 30.0, config)[0] == 10.0
    assert choose_rate(np.array([5.0]), 6.0, config)[0] == 6.0
    assert choose_rate(np.array([0.011]), 30.0, config)[0] == 1.0
    assert choose_rate(np.array([0.011]), 0.5, config)[0] == 0.5
    assert choose_rate(np.array([5.0]), 24.0, config)[0] == 8.0  # every third; every second would be 12 Hz


@pytest.mark.parametrize("video_rate_hz", [24.0, 29.97, 59.94, 7.0])
def test_the_rate_takes_every_nth_frame(video_rate_hz: float) -> None:
    """Then all steps last equally long."""
    rate_hz, _ = choose_rate(np.array([0.17]), video_rate_hz, RateConfig(step=0.04))
    keep = RateFilter(rate_hz)
    times_s = [t for t in np.round(np.arange(600) / video_rate_hz, 3) if keep(t)]
    assert np.ptp(np.diff(times_s)) < 0.002
    assert rate_hz == pytest.approx(4.25, rel=0.2)


def test_a_video_without_motion_still_gets_a_rate() -> None:
    assert "no motion" in choose_rate(np.zeros(5), 30.0, RateConfig())[1]
    assert "no points" in choose_rate(np.full(5, np.nan), 30.0, RateConfig())[1]


def test_the_filter_follows_time_stamps() -> None:
    keep = RateFilter(5.0)
    assert [round(t, 3) for t in np.arange(0, 1, 1 / 30) if keep(t)] == [0.0, 0.2, 0.4, 0.6, 0.8]
    keep = RateFilter(5.0)  # a variable rate, and a gap
    times_s = [0.0, 0.05, 0.19, 0.21, 0.25, 0.38, 0.41, 1.33, 1.35, 1.41]
    assert [t for t in times_s if keep(t)] == [0.0, 0.21, 0.41, 1.33, 1.41]


def test_rounded_time_stamps_lose_no_frame() -> None:
    keep = RateFilter(30.0)
    assert all(keep(round(index / 30, 3)) for index in range(100))


@pytest.mark.parametrize("rate_hz", [0.0, -1.0, float("nan"), float("inf")])
def test_impossible_rates_are_refused(rate_hz: float) -> None:
    with pytest.raises(InvalidInput):
        RateFilter(rate_hz)


def test_impossible_configurations_are_refused() -> None:
    for values in ({"step": 0.0}, {"min_hz": 5.0, "max_hz": 2.0}, {"min_hz": 0.0}):
        with pytest.raises(InvalidInput):
            RateConfig(**values)


def test_the_authors_video_gets_three_to_six_frames_a_second() -> None:
    pytest.importorskip("av")
    path = Path(__file__).resolve().parents[4] / "shared" / "data" / "door_opening_demo_pov.mp4"
    if not path.exists():
        pytest.skip("the authors' demonstration video is not beside the checkout")
    speeds = motion_speeds(frames(path, RateFilter(MOTION_RATE_HZ)))
    rate_hz, _ = choose_rate(speeds, probe(path).rate_hz, RateConfig())
    assert 3.0 <= rate_hz <= 6.0
