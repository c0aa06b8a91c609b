import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("mujoco")

from vinn_training.cli import trials
from vinn_training.cli.main import main
from vinn_training.contracts import GripperState
from vinn_training.evaluation.policies import PolicyStep
from vinn_training.exceptions import SimulationError
from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.scene import training_scene
from vinn_training.sim.stretch_sim import StretchSim


class Idle:
    def reset(self) -> None:
        pass

    def step(self, image) -> PolicyStep:
        assert image.shape == (224, 224, 3)
        return PolicyStep(np.zeros(3), GripperState.OPEN, "")


@pytest.fixture(scope="module")
def _opengl() -> None:
    with StretchSim(training_scene(0), CameraConfig(16, 16)) as sim:
        try:
            sim.render_wrist()
        except SimulationError as error:
            pytest.skip(str(error))


@pytest.mark.usefixtures("_opengl")
def test_counts_and_writes_what_happened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(trials, "_policy", lambda config: Idle())
    command = ["trials", "--bundle", "bundle", "-o", str(tmp_path), "--episodes", "2", "--seed", "7",
               "--policy", "blind", "--scenes", "held-out", "--condition", "signs", "--episode.max-steps",
               "2"]  # fmt: skip
    assert main(command) == 0
    result = json.loads((tmp_path / "trials.json").read_text())

    assert (result["policy"], result["condition"], result["seed"], result["scenes"]) == (
        "blind",
        "signs",
        7,
        "held-out",
    )
    assert result["bundle"] == "bundle"
    assert [trial["seed"] for trial in result["trials"]] == [7, 8]
    assert [trial["reason"] for trial in result["trials"]] == ["step limit"] * 2
    assert result["door_opened"] == {"k": 0, "n": 2, "low": 0.0, "high": 0.6576}
    assert "door opened: 0 of 2" in capsys.readouterr().out


def test_a_bundle_that_is_none_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trials", "--bundle", str(tmp_path / "none"), "-o", str(tmp_path)]) == 2
    message = capsys.readouterr().err
    assert "manifest.json" in message
    assert "Traceback" not in message
    assert not (tmp_path / "trials.json").exists()
