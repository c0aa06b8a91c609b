import json
from pathlib import Path
from types import SimpleNamespace

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
    def reset(self, seed: int = 0) -> None:
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


@pytest.fixture
def _idle(monkeypatch: pytest.MonkeyPatch, _opengl: None) -> None:
    """A policy that does nothing, of a bundle that does not exist."""
    bank = SimpleNamespace(bank_id="some bank", encoder_id="some encoder")
    monkeypatch.setattr(trials, "load_bundle", lambda path: SimpleNamespace(bank=bank))
    monkeypatch.setattr(trials, "_policy", lambda config, bundle: Idle())


def _command(out: Path, *more: str) -> list[str]:
    return ["trials", "--bundle", "bundle", "-o", str(out), "--policy", "blind", "--episode.max-steps", "2", *more]


@pytest.mark.usefixtures("_idle")
def test_counts_and_writes_what_happened(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = _command(tmp_path, "--episodes", "2", "--seed", "7", "--scenes", "held-out", "--condition", "signs")
    assert main(command) == 0
    result = json.loads((tmp_path / "trials.json").read_text())

    wanted = ("blind", "signs", 7, "held-out", "right", "wide")
    assert tuple(result[name] for name in ("policy", "condition", "seed", "scenes", "hinge", "starts")) == wanted
    assert result["bundle"] == "bundle"
    assert result["settings"]["bank_id"] == "some bank"
    assert [trial["seed"] for trial in result["trials"]] == [7, 8]
    assert [trial["reason"] for trial in result["trials"]] == ["step limit"] * 2
    assert result["door_opened"] == {"k": 0, "n": 2, "low": 0.0, "high": 0.6576}
    assert "door opened: 0 of 2" in capsys.readouterr().out


@pytest.mark.usefixtures("_idle")
def test_several_combinations_each_have_a_folder_and_are_not_run_twice(tmp_path: Path, monkeypatch) -> None:
    command = _command(tmp_path, "--episodes", "1", "--hinge", "right", "left", "--name", "mine", "--cabinets", "navy")
    assert main([*command, "--scenes", "training", "held-out"]) == 0
    cells = ["held-out_left_none", "held-out_right_none", "training_left_none", "training_right_none"]
    assert sorted(path.name for path in tmp_path.iterdir()) == cells
    left = json.loads((tmp_path / "training_left_none" / "trials.json").read_text())
    assert left["policy"] == "mine"
    assert left["trials"][0]["scene"].startswith("navy/hinge_left/")

    monkeypatch.setattr(trials, "_policy", lambda config, bundle: pytest.fail("there is nothing left to run"))
    assert main([*command, "--scenes", "training", "held-out"]) == 0


@pytest.mark.usefixtures("_idle")
def test_more_trials_are_added_and_other_settings_refused(tmp_path: Path, capsys) -> None:
    assert main(_command(tmp_path, "--episodes", "1")) == 0
    first = json.loads((tmp_path / "trials.json").read_text())["trials"]
    assert main(_command(tmp_path, "--episodes", "2")) == 0
    assert json.loads((tmp_path / "trials.json").read_text())["trials"][:1] == first
    assert main(_command(tmp_path, "--episodes", "2", "--starts", "paper")) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert "starts was 'wide', is 'paper'" in error
    assert "--fresh" in error
    assert main(_command(tmp_path, "--episodes", "1", "--starts", "paper", "--fresh")) == 0
    (trial,) = json.loads((tmp_path / "trials.json").read_text())["trials"]
    assert trial["start_distance_m"] == 0.15


@pytest.mark.usefixtures("_idle")
def test_films_are_made_once_and_again_where_one_is_missing(tmp_path: Path, monkeypatch) -> None:
    made: list[int] = []

    def film(folder: Path, policy, title: str, cells) -> list[dict]:
        made.append(len(cells))
        (folder / "failure.mp4").touch()
        films = [{"file": "failure.mp4", "outcome": "failure", "cell": "c", "seed": 0, "reason": "step limit"}]
        (folder / "videos.json").write_text(json.dumps(films))
        return films

    monkeypatch.setattr(trials, "film_outcomes", film)
    command = _command(tmp_path, "--episodes", "1", "--videos")
    assert main(command) == 0
    assert main(command) == 0
    assert made == [1]
    (tmp_path / "failure.mp4").unlink()
    assert main(command) == 0
    assert made == [1, 1]


@pytest.mark.usefixtures("_idle")
def test_a_cabinet_that_is_none_is_one_line(tmp_path: Path, capsys) -> None:
    assert main(_command(tmp_path / "out", "--cabinets", "pine")) == 2
    assert "no cabinet is named 'pine'" in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "out").exists()


def test_a_bundle_that_is_none_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trials", "--bundle", str(tmp_path / "none"), "-o", str(tmp_path)]) == 2
    message = capsys.readouterr().err
    assert "manifest.json" in message
    assert "Traceback" not in message
    assert not (tmp_path / "trials.json").exists()
