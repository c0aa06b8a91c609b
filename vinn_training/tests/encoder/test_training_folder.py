from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from vinn_training.exceptions import InvalidInput

pytest.importorskip("torch")
pytest.importorskip("lightly")

from vinn_training.encoder import training_folder
from vinn_training.encoder.artifact import EncoderSpec
from vinn_training.encoder.checkpoint import CHECKPOINT_FILE
from vinn_training.encoder.training_folder import TrainingFolder
from vinn_training.preprocessing import Preprocessing

SPEC = EncoderSpec("resnet18", Preprocessing(size=32))


def test_each_file_is_due_when_its_own_time_has_passed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(training_folder, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    monkeypatch.setattr(training_folder, "write_checkpoint", lambda *_: None)
    output = TrainingFolder(tmp_path, 30.0, writes=True)
    clock[0] += 29.9
    assert not output.checkpoint_is_due
    clock[0] += 0.1
    assert output.checkpoint_is_due
    output.save(dict)
    assert not output.checkpoint_is_due
    assert output.encoder_is_due


def test_a_process_that_does_not_write_is_asked_for_nothing(tmp_path: Path) -> None:
    def ask() -> dict[str, Any]:
        raise AssertionError("the state costs memory")

    output = TrainingFolder(tmp_path / "folder", 0.0, writes=False)
    output.save(ask)
    output.export(SPEC, {"w": np.zeros(1, np.float32)})
    assert not (tmp_path / "folder").exists()


def test_what_is_written_is_there_and_a_disk_that_refuses_is_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    output = TrainingFolder(tmp_path / "folder", 0.0, writes=True)
    output.save(lambda: {"epoch": 1})
    assert (tmp_path / "folder" / CHECKPOINT_FILE).is_file()
    monkeypatch.setattr(training_folder, "write_checkpoint", full)
    monkeypatch.setattr(training_folder, "write_encoder", full)
    with pytest.raises(InvalidInput, match="No space left"):
        output.save(dict)
    with pytest.raises(InvalidInput, match="No space left"):
        output.export(SPEC, {})
