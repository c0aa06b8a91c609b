from pathlib import Path

import numpy as np
import pytest

from vinn_training.collection.overlay import OverlayLabel, draw_overlay, write_overlay
from vinn_training.collection.video import frames, probe
from vinn_training.exceptions import InvalidInput

pytest.importorskip("av")
GREY = np.full((120, 200, 3), 90, np.uint8)


def _changed(label: OverlayLabel, mask: np.ndarray | None = None) -> np.ndarray:
    return (draw_overlay(GREY, label, mask) != GREY).any(axis=2)


def _label(direction: list[float] | None, gripper: float | None = None, reason: str = "") -> OverlayLabel:
    return OverlayLabel("", None if direction is None else np.array(direction, np.float32), gripper, reason)


@pytest.mark.parametrize("direction", [[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0]])
def test_the_arrow_points_where_the_camera_goes(direction: list[float]) -> None:
    rows, columns = np.nonzero(_changed(_label(direction)))
    shift_px = np.array([columns.mean() - 100, rows.mean() - 60])
    np.testing.assert_allclose(shift_px / np.linalg.norm(shift_px), direction[:2], atol=0.05)
    assert np.linalg.norm(shift_px) > 15


def test_forward_is_a_ring_and_backward_a_disc() -> None:
    forward, backward = _changed(_label([0, 0, 1])), _changed(_label([0, 0, -1]))
    assert not forward[60, 92]
    assert backward[60, 92]
    assert forward[60, 86]
    assert backward[60, 87]


def test_dropped_frames_have_no_arrow_but_a_reason() -> None:
    assert not _changed(_label(None)).any()
    assert _changed(_label(None, reason="dropped: blurred")).any()


def test_the_bar_is_as_high_as_the_gripper_is_open() -> None:
    heights = []
    for opening in (0.0, 0.5, 1.0):
        picture = draw_overlay(GREY, _label(None, opening), None)
        bar = (picture[:, 195] == (255, 200, 60)).all(axis=1)
        heights.append(bar.sum())
    assert heights[0] <= 1
    assert heights[1] == pytest.approx(heights[2] / 2, abs=2)
    assert heights[2] == pytest.approx(0.6 * 120, abs=4)


def test_the_mask_is_outlined_at_any_size() -> None:
    mask = np.full((240, 400), 255, np.uint8)
    mask[160:, 100:300] = 0
    changed = _changed(_label(None), mask)
    assert changed[80, 60:140].all()
    assert not changed[100, 100]


def test_the_video_plays_at_the_rate_and_shows_the_pictures(tmp_path: Path) -> None:
    pictures = [np.full((61, 97, 3), value, np.uint8) for value in (40, 120, 200)]
    write_overlay(tmp_path / "overlay.mp4", pictures, 2.5)
    read = list(frames(tmp_path / "overlay.mp4"))

    assert [frame.image.shape for frame in read] == [(60, 96, 3)] * 3
    np.testing.assert_allclose([frame.image.mean() for frame in read], (40, 120, 200), atol=3)
    assert probe(tmp_path / "overlay.mp4").rate_hz == pytest.approx(2.5)


def test_a_video_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no pictures"):
        write_overlay(tmp_path / "overlay.mp4", [], 2.0)
