from pathlib import Path

import pytest

from vinn_training.cli.main import main
from vinn_training.demonstrations.images import read_image
from vinn_training.demonstrations.preview import FRAME_HEIGHT_PX


def test_picture_and_page(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = tmp_path / "sheet.png"
    assert main(["data", "preview", str(dataset), "-o", str(sheet), "--episodes", "2"]) == 0
    assert 2 * FRAME_HEIGHT_PX < read_image(sheet).shape[0] < 3 * FRAME_HEIGHT_PX
    assert "forward" in capsys.readouterr().out
    assert main(["data", "preview", str(dataset), "-o", str(tmp_path / "sheet.html")]) == 0
    assert (tmp_path / "sheet.html").read_text().count("<img") == 3


def test_what_cannot_be_shown_is_named(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (dataset / "demo_1" / "images_linear" / "000002.png").write_bytes(b"no picture")
    assert main(["data", "preview", str(dataset), "-o", str(tmp_path / "sheet.png")]) == 1
    assert "demo_1: left out" in capsys.readouterr().err


def test_a_suffix_that_is_not_known(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "preview", str(dataset), "-o", str(tmp_path / "sheet.gif")]) == 2
    assert "expected .png or .html" in capsys.readouterr().err
