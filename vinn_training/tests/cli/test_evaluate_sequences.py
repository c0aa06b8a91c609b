import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("h5py")

import h5py

from vinn_training.cli.main import main


def test_both_variants_and_the_mean_are_measured(tmp_path: Path, capsys) -> None:
    random = np.random.default_rng(0)
    file = tmp_path / "low.hdf5"
    with h5py.File(file, "w") as stream:
        for number in range(4):
            group = stream.create_group(f"data/demo_{number}")
            group["actions"] = random.uniform(-1, 1, (9, 7))
            group["obs/robot0_eef_pos"] = random.normal(size=(9, 3))
            group["obs/hand"] = random.integers(0, 256, (9, 16, 16, 3), dtype=np.uint8)
    command = ["evaluate-sequences", str(file), "-o", str(tmp_path / "out"), "--cameras", "hand", "--states",
               "robot0_eef_pos", "--sequence.epochs", "1", "--sequence.width", "8", "--sequence.negatives", "3",
               "--test-fraction", "0.25", "--threads", "1"]  # fmt: skip
    assert main(command) == 0
    table = json.loads((tmp_path / "out" / "sequences.json").read_text())["table"]
    assert [row["method"] for row in table] == ["best", "sample", "mean"]
    assert all(np.isfinite(row["error"]) for row in table)
    assert "mean action: about 1" in capsys.readouterr().out


def test_a_missing_camera_is_one_line(tmp_path: Path, capsys) -> None:
    with h5py.File(tmp_path / "a.hdf5", "w") as stream:
        stream["data/demo_0/actions"] = np.zeros((3, 7))
        stream["data/demo_0/obs/x"] = np.zeros((3, 1))
    assert main(["evaluate-sequences", str(tmp_path / "a.hdf5"), "-o", str(tmp_path / "out")]) == 2
    assert "has no obs/agentview_image" in " ".join(capsys.readouterr().err.split())
