from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("mujoco")
pytest.importorskip("av")

import av

from vinn_training.contracts import GripperState
from vinn_training.evaluation import trial_film
from vinn_training.evaluation.episode import EpisodeConfig, EpisodeResult
from vinn_training.evaluation.policies import PolicyStep
from vinn_training.evaluation.trial_film import FILMS_FILE, film_outcomes, films_in
from vinn_training.evaluation.trial_scenes import TrialsConfig
from vinn_training.evaluation.trials import Trial, run_trials
from vinn_training.exceptions import SimulationError
from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.scene import training_scene
from vinn_training.sim.stretch_sim import StretchSim

CONFIG = TrialsConfig(episodes=2, condition="signs", episode=EpisodeConfig(max_steps=2))


class Idle:
    def reset(self, seed: int = 0) -> None:
        pass

    def step(self, image) -> PolicyStep:
        return PolicyStep(np.zeros(3), GripperState.OPEN, "")


@pytest.fixture(scope="module", autouse=True)
def _opengl() -> None:
    with StretchSim(training_scene(0), CameraConfig(16, 16)) as sim:
        try:
            sim.render_wrist()
        except SimulationError as error:
            pytest.skip(str(error))


def test_a_trial_of_each_outcome_that_occurred_is_filmed(tmp_path: Path) -> None:
    trials = list(run_trials(Idle(), CONFIG))
    films = film_outcomes(tmp_path, Idle(), "idle", [(CONFIG, trials)])
    assert films == [
        {"file": "failure.mp4", "outcome": "failure", "cell": "training_right_signs", "seed": 0,
         "scene": trials[0].scene, "steps": 2, "reason": "step limit"}
    ]  # fmt: skip
    assert films_in(tmp_path) == films
    with av.open(str(tmp_path / "failure.mp4")) as video:
        pictures = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
    assert len(pictures) == 2 + 5
    assert pictures[0].shape == (288, 384 + 288, 3)
    assert pictures[0][:, :384].std() > 10.0  # robot and kitchen
    assert pictures[0][:, 384:].std() > 10.0  # the wrist camera's picture
    assert sorted(path.name for path in tmp_path.iterdir()) == ["failure.mp4", FILMS_FILE]


def test_a_trial_that_ends_otherwise_is_not_passed_off_as_the_first(tmp_path: Path, monkeypatch) -> None:
    asked: list[int] = []

    def run(policy, config, seeds, on_step):
        asked.extend(seeds)
        yield Trial(seeds[0], "oak", "oak", 0.0, 0.2, EpisodeResult(False, False, 0.0, 2, "step limit"))

    monkeypatch.setattr(trial_film, "run_trials", run)
    opened = EpisodeResult(True, True, 31.0, 9, "door opened")
    trials = [Trial(seed, "oak", "oak", 0.0, 0.2, opened) for seed in range(9)]
    assert film_outcomes(tmp_path, Idle(), "idle", [(CONFIG, trials)]) == []
    assert asked == [0, 1, 2]


def test_a_video_that_is_gone_is_none(tmp_path: Path) -> None:
    assert films_in(tmp_path) == []
    film_outcomes(tmp_path, Idle(), "idle", [(CONFIG, list(run_trials(Idle(), CONFIG)))])
    (tmp_path / "failure.mp4").unlink()
    assert films_in(tmp_path) == []
