from pathlib import Path

import numpy as np
import pytest

from vinn_training.cli import data_convert
from vinn_training.cli.main import main
from vinn_training.demonstrations.reader import open_dataset


def test_a_copy_and_a_second_run(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = tmp_path / "copy"
    assert main(["data", "convert", str(dataset), "-o", str(copy)]) == 0
    assert "3 demonstrations written, 12 frames; 0 were there already; 0 failed" in capsys.readouterr().out
    for original, written in zip(open_dataset(dataset).demonstrations, open_dataset(copy).demonstrations, strict=True):
        np.testing.assert_array_equal(written.load_image(3), original.load_image(3))
    assert main(["data", "convert", str(dataset), "-o", str(copy)]) == 0
    assert "0 demonstrations written, 0 frames; 3 were there already" in capsys.readouterr().out


def test_size_and_suffix(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = tmp_path / "copy"
    assert main(["data", "convert", str(dataset), "-o", str(copy), "--size", "32x24", "--image-suffix", ".jpg"]) == 0
    assert "mean absolute error" in capsys.readouterr().out
    (first, *_) = open_dataset(copy).demonstrations
    assert first.load_image(0).shape == (24, 32, 3)
    assert first.frame_names[0].endswith(".jpg")


def test_one_that_fails_is_reported(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (dataset / "demo_1" / "images_linear" / "000002.png").write_bytes(b"no picture")
    (dataset / "demo_2" / "labels.json").write_text("{")
    assert main(["data", "convert", str(dataset), "-o", str(tmp_path / "copy")]) == 1
    printed = capsys.readouterr()
    assert "1 demonstrations written, 4 frames; 0 were there already; 2 failed" in printed.out
    assert "000002.png: not a readable picture" in printed.err
    assert "demo_2/labels.json" in printed.err


def test_nothing_that_can_be_converted(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in dataset.glob("*/images_linear/000002.png"):
        path.write_bytes(b"no picture")
    assert main(["data", "convert", str(dataset), "-o", str(tmp_path / "copy")]) == 2
    assert "none of 3 demonstrations could be converted" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "words"),
    [(["--size", "huge"], "size is 'huge'"), (["--reader.split", "test"], "splits.json: no such file")],
)
def test_mistakes_leave_nothing(
    dataset: Path, tmp_path: Path, options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["data", "convert", str(dataset), "-o", str(tmp_path / "copy"), *options]) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "copy").exists()


def test_lerobot(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("av")
    pytest.importorskip("pyarrow")
    copy, back = tmp_path / "lerobot", tmp_path / "back"
    command = ["data", "convert", str(dataset), "-o", str(copy), "--format", "lerobot"]
    assert main(command) == 0
    text = capsys.readouterr().out
    assert "3 demonstrations written, 12 frames" in text
    assert "videos at 5 frames a second (assumed: the data has no rate; --fps gives one): mean absolute error" in text
    assert main(["data", "convert", str(copy), "-o", str(back)]) == 0
    for original, written in zip(open_dataset(dataset).demonstrations, open_dataset(back).demonstrations, strict=True):
        np.testing.assert_array_equal(written.directions, original.directions)
        np.testing.assert_array_equal(written.gripper, original.gripper)
    capsys.readouterr()
    assert main(command) == 0
    assert "3 were there already" in capsys.readouterr().out


def test_a_package_that_is_missing(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise ModuleNotFoundError("No module named 'pyarrow'", name="pyarrow")

    monkeypatch.setattr(data_convert, "convert_to_lerobot", fail)
    assert main(["data", "convert", str(dataset), "-o", str(tmp_path / "copy"), "--format", "lerobot"]) == 2
    assert "needs the package 'pyarrow'" in capsys.readouterr().err
