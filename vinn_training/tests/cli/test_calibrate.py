from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("av")

from vinn_training.cli.main import main
from vinn_training.collection.lens import read_lens
from vinn_training.collection.overlay import write_overlay

FOCAL, WIDTH, HEIGHT = 420.0, 640, 480


def _board_video(path: Path, views: int) -> Path:
    """A 7x5 board before a camera without distortion, at several places and turned to several sides."""
    squares = np.kron(np.indices((6, 8)).sum(axis=0) % 2 * 255, np.ones((40, 40))).astype(np.uint8)
    texture = cv2.GaussianBlur(cv2.copyMakeBorder(squares, 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=255), (0, 0), 2)
    to_board = np.array([[0.03 / 40, 0, -200 * 0.03 / 40], [0, 0.03 / 40, -160 * 0.03 / 40], [0, 0, 1]])
    camera = np.array([[FOCAL, 0, (WIDTH - 1) / 2], [0, FOCAL, (HEIGHT - 1) / 2], [0, 0, 1]])
    rng = np.random.default_rng(1)
    pictures = []
    for index in range(views):
        place = np.array([(index % 4 - 1.5) * 0.14, (index // 4 % 3 - 1) * 0.12, 0.45])
        rotation = cv2.Rodrigues(rng.uniform(-0.5, 0.5, 3))[0]
        to_picture = camera @ np.stack([rotation[:, 0], rotation[:, 1], place], axis=1) @ to_board
        grey = cv2.warpPerspective(texture, to_picture, (WIDTH, HEIGHT), flags=cv2.INTER_AREA, borderValue=120)
        pictures += [cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB)] * 2
    write_overlay(path, pictures, 10.0)
    return path


def _run(video: Path, output: Path, *more: str) -> int:
    return main(
        ["calibrate", str(video), "-o", str(output), "--columns", "7", "--rows", "5", "--square-m", "0.03", *more]
    )


def test_a_video_becomes_a_lens_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    video = _board_video(tmp_path / "board.mp4", 12)
    assert _run(video, tmp_path / "lens.json", "--model", "pinhole") == 0
    lens = read_lens(tmp_path / "lens.json")

    assert (lens.model, lens.width, lens.height) == ("pinhole", WIDTH, HEIGHT)
    assert lens.fx == pytest.approx(FOCAL, rel=0.01)
    assert lens.fy == pytest.approx(FOCAL, rel=0.01)
    assert "RMS" in capsys.readouterr().out


def test_too_few_views_are_one_line_and_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    video = _board_video(tmp_path / "board.mp4", 3)
    assert _run(video, tmp_path / "lens.json") == 2
    message = capsys.readouterr().err
    assert "board.mp4" in message
    assert "expected at least 8" in message
    assert "Traceback" not in message
    assert not (tmp_path / "lens.json").exists()


@pytest.mark.parametrize("arguments", [["--columns", "1"], ["--rate-hz", "0"], ["--square-m", "-1"]])
def test_mistakes_are_one_line(arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    video = tmp_path / "notes.mp4"
    video.write_text("no video")
    with_mistake = ["calibrate", str(video), "-o", str(tmp_path / "lens.json"), *arguments]
    assert main(with_mistake) == 2
    message = capsys.readouterr().err
    assert "expected" in message
    assert "Traceback" not in message
