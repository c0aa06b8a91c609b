import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

pytest.importorskip("av")
pytest.importorskip("matplotlib")
pytest.importorskip("pycolmap")

from vinn_training.cli import collect
from vinn_training.cli.main import main
from vinn_training.collection.collection_dataset import Outcome
from vinn_training.collection.overlay import write_overlay
from vinn_training.collection.quality import QualityRecord
from vinn_training.demonstrations.reader import open_dataset


def _blank_video(path: Path, count: int = 12) -> Path:
    write_overlay(path, [np.full((120, 160, 3), 100 + index, np.uint8) for index in range(count)], 10.0)
    return path


def _run(output: Path, *arguments: str) -> int:
    return main(["collect", *arguments, "-o", str(output), "--gripper", "none"])


def test_videos_without_texture_damage_or_content_are_set_aside_with_their_reasons(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    videos = [_blank_video(tmp_path / "blank.mp4"), _blank_video(tmp_path / "still.mp4", 1), tmp_path / "text.mp4"]
    videos[2].write_text("no video")
    assert _run(tmp_path / "set", *map(str, videos)) == 2
    reasons = {
        path.parent.name: json.loads(path.read_text())["reason"]
        for path in (tmp_path / "set" / ".rejected").glob("*/quality.json")
    }
    assert set(reasons) == {"blank", "still", "text"}
    assert "texture" in reasons["blank"]
    assert "at least 3 frames" in reasons["still"]
    assert "text.mp4" in reasons["text"]
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    for name in ("blank.mp4", "still.mp4", "text.mp4"):
        assert name in printed.err
    assert "0 demonstrations collected, 0 were there already, 3 set aside" in printed.out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--lens", "gopro"], "gopro-wide-16x9"),
        (["--mask", "none.png"], "mask"),
        (["--rate-hz", "-3"], "rate"),
        (["--crop", "5", "5", "5", "9", "10", "10"], "crop"),
        (["--gripper", "nowhere"], "vinn gripper train"),
        (["--size", "3"], "size"),
    ],
)
def test_mistakes_are_one_line_before_any_work(
    arguments: list[str], expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    video = _blank_video(tmp_path / "blank.mp4")
    assert main(["collect", str(video), "-o", str(tmp_path / "set"), "--gripper", "none", *arguments]) == 2
    message = capsys.readouterr().err
    assert "error:" in message
    assert expected in message
    assert "Traceback" not in message
    assert not (tmp_path / "set").exists()


def test_no_videos_and_missing_videos_are_mistakes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(tmp_path / "set") == 2
    assert _run(tmp_path / "set", str(tmp_path / "none.mp4")) == 2
    message = capsys.readouterr().err
    assert "no videos given" in message
    assert "no such file" in message


def test_a_mask_that_ignores_everything_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cv2.imwrite(str(tmp_path / "mask.png"), np.zeros((10, 10), np.uint8))
    video = _blank_video(tmp_path / "blank.mp4")
    assert _run(tmp_path / "set", str(video), "--mask", str(tmp_path / "mask.png")) == 2
    assert "black everywhere" in capsys.readouterr().err


def test_some_failures_give_status_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def outcomes(videos: Any, root: Any, info: Any, collector: Any, report: Any) -> Any:
        report("a", "poses")
        quality = QualityRecord("b.mp4", reason="no texture", video_faults=["cut off"])
        yield Outcome(Path("a.mp4"), "a", "skipped", None)
        yield Outcome(Path("b.mp4"), "b", "rejected", quality)

    monkeypatch.setattr(collect, "collect_videos", outcomes)
    assert _run(tmp_path, "a.mp4", "b.mp4") == 1
    printed = capsys.readouterr()
    assert "b.mp4: no texture" in printed.err
    assert "cut off" in printed.err
    assert "1 were there already, 1 set aside" in printed.out


@pytest.mark.full
@pytest.mark.timeout(900)
def test_the_authors_video_becomes_a_demonstration(tmp_path: Path) -> None:
    video = Path(__file__).resolve().parents[4] / "shared" / "data" / "door_opening_demo_pov.mp4"
    if not video.exists():
        pytest.skip("the authors' demonstration video is not beside the checkout")
    assert main(["collect", str(video), "-o", str(tmp_path / "set"), "--gripper", "none"]) == 0
    (demonstration,) = open_dataset(tmp_path / "set").demonstrations
    quality = json.loads((tmp_path / "set" / video.stem / "quality.json").read_text())

    assert 3.0 <= quality["rate_hz"] <= 6.0
    assert quality["registered"] >= 0.95 * quality["frames"]
    assert 380 <= quality["focal_px"] <= 440
    assert demonstration.times_s is not None
    approach = demonstration.times_s <= 41 / 30
    pull = (demonstration.times_s >= 61 / 30) & (demonstration.times_s <= 91 / 30)
    moving = np.linalg.norm(demonstration.directions, axis=1) > 0.5
    assert np.median(demonstration.directions[approach & moving, 2]) > 0.8
    assert np.median(demonstration.directions[pull & moving, 2]) < -0.6
    assert demonstration.load_image(0).shape == (360, 640, 3)
