"""What goes wrong before and while learning, told by the commands: one line, and what was there before stays whole."""

import errno
import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("lightly")

import torch

from vinn_training.cli.main import main
from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.vinn_writer import VinnDatasetWriter
from vinn_training.encoder import checkpoint, learner
from vinn_training.encoder.artifact import load_encoder
from vinn_training.encoder.backbone import empty_backbone

FAST = ["--preset", "small", "--size", "32", "--batch-size", "4", "--byol.hidden-size", "16", "--epochs", "1",
        "--threads", "1"]  # fmt: skip


def _error(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> str:
    capsys.readouterr()
    assert main(arguments) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert "Traceback" not in error
    return error


def _commands(dataset: Path, out: Path) -> list[list[str]]:
    return [
        ["train", str(dataset), "-o", str(out), *FAST, "--reader.split", "training"],
        ["evaluate", str(dataset), "-o", str(out), "--methods", "open-loop", "--held-out", "split"],
        ["table3", str(dataset), "-o", str(out), "--methods", "open-loop"],
    ]


def test_an_empty_side_of_a_split(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "split", str(dataset), "--test-fraction", "0.3"]) == 0
    path = dataset / "splits.json"
    content = json.loads(path.read_text())
    path.write_text(json.dumps(content | {"training": [], "test": content["training"] + content["test"]}))
    for command in _commands(dataset, tmp_path / "out"):
        assert "0 demonstrations to learn from and 3 to test on" in _error(capsys, command)


def test_one_demonstration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    images = list(np.random.default_rng(0).integers(0, 256, (4, 40, 48, 3), dtype=np.uint8))
    forward = np.tile([0.0, 0.0, 1.0], (4, 1))
    folder = tmp_path / "one"
    VinnDatasetWriter(folder).write(Demonstration.from_images("only", images, forward, np.ones(4)))
    evaluate = ["evaluate", str(folder), "-o", str(tmp_path / "out"), "--methods", "open-loop"]
    assert "1 demonstration(s) cannot be divided into 4 folds" in _error(capsys, evaluate)
    assert "expected at least two" in _error(capsys, ["data", "split", str(folder)])
    train = ["train", str(folder), "-o", str(tmp_path / "out"), *FAST]
    assert main(train) == 0  # an encoder can be learned from one; nothing is left to measure it on
    assert "1 demonstration(s) cannot be split" in _error(capsys, [*train, "--fresh", "--held-out.source", "fraction"])


def test_labels_that_are_not_numbers(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "split", str(dataset), "--test-fraction", "0.3"]) == 0
    path = dataset / "demo_1" / "labels.json"
    labels = json.loads(path.read_text())
    labels[sorted(labels)[2]][0] = float("nan")
    path.write_text(json.dumps(labels))
    for command in _commands(dataset, tmp_path / "out"):
        error = _error(capsys, command)
        assert "demo_1" in error
        assert "finite" in error


def test_weights_and_checkpoints_of_another_architecture(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.save(empty_backbone("resnet34").state_dict(), tmp_path / "other.pt")
    train = ["train", str(dataset), "-o", str(tmp_path / "out"), *FAST]
    error = _error(capsys, [*train, "--weights", str(tmp_path / "other.pt")])
    assert "weights do not fit the architecture" in error
    assert main(train) == 0
    before = load_encoder(tmp_path / "out").encoder_id
    error = _error(capsys, [*train, "--architecture", "resnet34"])
    assert "architecture 'resnet18', but this run has 'resnet34'" in error
    assert load_encoder(tmp_path / "out").encoder_id == before


def test_a_batch_that_does_not_fit_into_memory(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("out of memory")

    monkeypatch.setattr(learner.Learner, "_optimise", fail)
    error = _error(capsys, ["train", str(dataset), "-o", str(tmp_path / "out"), *FAST])
    assert "--batch-size 2" in error


def test_a_full_disk_leaves_the_old_checkpoint(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    train = ["train", str(dataset), "-o", str(out), *FAST]
    assert main(train) == 0
    whole = (out / checkpoint.CHECKPOINT_FILE).read_bytes()

    def full(path: Path, data: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoint, "replace_file", full)
    error = _error(capsys, [*train, "--fresh", "--seed", "1"])
    assert "No space left on device" in error
    assert "make room" in error
    assert (out / checkpoint.CHECKPOINT_FILE).read_bytes() == whole
    assert main(train) == 0  # the old one is gone on with
