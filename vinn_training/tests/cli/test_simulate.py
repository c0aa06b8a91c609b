import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("mujoco")

from vinn_training.cli import simulate
from vinn_training.cli.main import main
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.exceptions import SimulationError
from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.closed_loop import ClosedLoop
from vinn_training.sim.record import EpisodeSummary
from vinn_training.sim.scene import training_scene
from vinn_training.sim.stretch_sim import StretchSim


@pytest.fixture(scope="module")
def _opengl() -> None:
    with StretchSim(training_scene(0), CameraConfig(16, 16)) as sim:
        try:
            sim.render_wrist()
        except SimulationError as error:
            pytest.skip(str(error))


@pytest.mark.usefixtures("_opengl")
def test_records_a_data_set_and_goes_on_where_it_stopped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "door"
    assert main(["simulate", "-o", str(output), "--episodes", "1", "--workers", "1"]) == 0
    assert main(["simulate", "-o", str(output), "--episodes", "2", "--workers", "1"]) == 0
    demonstrations = open_dataset(output).demonstrations

    assert len(demonstrations) == 2
    assert demonstrations[0].load_image(0).shape == (224, 224, 3)
    assert "1 demonstrations recorded" in capsys.readouterr().out


@pytest.mark.usefixtures("_opengl")
@pytest.mark.parametrize("task", ["push", "stack"])
def test_records_the_other_tasks_in_the_size_asked_for(
    task: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / task
    options = ["--task", task, "--episodes", "1", "--workers", "1", "--picture-px", "32"]
    assert main(["simulate", "-o", str(output), *options]) == 0
    (demonstration,) = open_dataset(output).demonstrations

    assert demonstration.load_image(0).shape == (32, 32, 3)
    assert demonstration.gripper[0] == 1.0
    assert set(demonstration.gripper) == ({1.0} if task == "push" else {0.0, 1.0})
    assert f"{task}: 1 of the expert's " in capsys.readouterr().out
    assert f"--task {task}" in (output / "dataset.json").read_text()


def test_an_interrupted_recording_leaves_no_half_demonstration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moves = []

    def interrupt(self, translation_camera_m, gripper) -> None:
        moves.append(gripper)
        raise KeyboardInterrupt

    monkeypatch.setattr(ClosedLoop, "move", interrupt)
    monkeypatch.setattr(StretchSim, "render_wrist", lambda self: None)
    assert main(["simulate", "-o", str(tmp_path), "--episodes", "1", "--workers", "1"]) == 130
    assert moves
    assert [path.name for path in tmp_path.iterdir()] == ["dataset.json"]


def test_scenes_in_which_the_expert_fails_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    summaries = [EpisodeSummary(0, "seed_00000_oak", 18, False), EpisodeSummary(1, "the expert failed", 0, False)]
    monkeypatch.setattr(simulate, "record_dataset", lambda job, seeds, workers: iter(summaries))

    assert main(["simulate", "-o", str(tmp_path), "--episodes", "2"]) == 1
    printed = capsys.readouterr().out
    assert "seed 1: no demonstration: the expert failed" in printed
    assert "18 frames" in printed


@pytest.mark.parametrize(
    "option",
    [["--episodes", "0"], ["--seed", "-1"], ["--picture-px", "4"], ["--task", "push", "--hinge", "both"]],
)
def test_mistakes_are_one_line(option: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "-o", str(tmp_path / "door"), *option]) == 2
    message = capsys.readouterr().err
    assert "expected" in message
    assert "Traceback" not in message
    assert not (tmp_path / "door").exists()


@pytest.mark.usefixtures("_opengl")
def test_ctrl_c_ends_every_process_soon_and_quietly(tmp_path: Path) -> None:
    """Ctrl-C of a terminal reaches the workers, too."""
    command = [sys.executable, "-m", "vinn_training.cli.main", "simulate", "-o", str(tmp_path / "door")]
    environment = {**os.environ, "PYTHONPATH": ":".join(path for path in sys.path if path)}
    process = subprocess.Popen(
        command, env=environment, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline_s = time.monotonic() + 60
    while not list(tmp_path.glob("door/seed_*")) and process.poll() is None and time.monotonic() < deadline_s:
        time.sleep(0.05)
    interrupted_s = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=30)

    assert time.monotonic() - interrupted_s < 3.0
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert _ends(process.pid, within_s=3.0)
    assert open_dataset(tmp_path / "door").demonstrations


def _ends(group: int, within_s: float) -> bool:
    """Return whether every process of a group ends in time; Python's resource tracker does so after the first."""
    deadline_s = time.monotonic() + within_s
    while time.monotonic() < deadline_s:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False
