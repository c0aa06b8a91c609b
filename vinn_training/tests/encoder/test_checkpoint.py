import pickle
from pathlib import Path

import pytest

from vinn_training.exceptions import InvalidCheckpoint

torch = pytest.importorskip("torch")

from vinn_training.encoder import checkpoint  # noqa: E402
from vinn_training.encoder.checkpoint import read_checkpoint, write_checkpoint  # noqa: E402

STATE = {
    "settings": {"lr": 0.1},
    "epoch": 2,
    "model": {"w": torch.ones(2)},
    "optimiser": {},
    "generator": torch.zeros(1),
    "history": [[1, 0.5]],
    "partial": None,
    "scaler": {},
    "stopping": {},
    "initial_error": None,
    "encoder_id": "0",
}


def test_round_trip_and_absence(tmp_path: Path) -> None:
    assert read_checkpoint(tmp_path) is None
    write_checkpoint(tmp_path / "new", STATE)
    state = read_checkpoint(tmp_path / "new")
    assert state is not None
    assert (state["epoch"], state["history"]) == (2, [[1, 0.5]])
    torch.testing.assert_close(state["model"]["w"], torch.ones(2))


def test_failed_write_keeps_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_checkpoint(tmp_path, STATE)

    def fail(_: object, file: object) -> None:
        file.write(b"half")  # type: ignore[attr-defined]
        raise OSError("no space left")

    monkeypatch.setattr(checkpoint.torch, "save", fail)
    with pytest.raises(OSError, match="no space"):
        write_checkpoint(tmp_path, {**STATE, "epoch": 3})
    state = read_checkpoint(tmp_path)
    assert state is not None
    assert state["epoch"] == 2


def test_broken_and_foreign_files_are_refused(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, STATE)
    file = tmp_path / "training_state.pt"
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InvalidCheckpoint, match=r"training_state\.pt.*remove it"):
        read_checkpoint(tmp_path)
    file.write_bytes(pickle.dumps(print))
    with pytest.raises(InvalidCheckpoint, match=r"training_state\.pt"):
        read_checkpoint(tmp_path)
    torch.save({"version": 99}, file)
    with pytest.raises(InvalidCheckpoint, match="not a checkpoint of version 2"):
        read_checkpoint(tmp_path)
