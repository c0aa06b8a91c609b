import json
from pathlib import Path

import numpy as np
import pytest

from vinn_training.contracts import GripperState, ImageArray
from vinn_training.evaluation import trials as trials_module
from vinn_training.evaluation.episode import EpisodeConfig, EpisodeResult
from vinn_training.evaluation.policies import PolicyStep
from vinn_training.evaluation.trial_scenes import TrialsConfig
from vinn_training.evaluation.trials import Trial, run_trials, summarise, write_summary
from vinn_training.exceptions import InvalidInput, SimulationError
from vinn_training.sim.scene import training_scene


class Idle:
    def reset(self, seed: int = 0) -> None:
        pass

    def step(self, image: ImageArray) -> PolicyStep:
        return PolicyStep(np.zeros(3), GripperState.OPEN, "")


def _trial(seed: int, opened: bool) -> Trial:
    result = EpisodeResult(True, opened, 41.234 if opened else 3.0, 17, "because")
    return Trial(seed, f"oak/{seed}", "oak" if seed % 2 else "navy", 0.0123456, 0.2, result, aborted=int(seed == 5))


def test_the_summary_has_the_keys_that_programs_read() -> None:
    config = TrialsConfig(episodes=10, seed=3, condition="signs")
    summary = summarise("vinn", config, [_trial(seed, opened=seed != 5) for seed in range(10)])

    assert summary["policy"] == "vinn"
    assert (summary["condition"], summary["seed"]) == ("signs", 3)
    assert summary["trials"][5] == {
        "seed": 5, "handle_grasped": True, "door_opened": False, "door_angle_deg": 3.0, "steps": 17,
        "reason": "because", "scene": "oak/5", "cabinet": "oak", "lateral_offset_m": 0.0123, "start_distance_m": 0.2,
        "aborted": 1,
    }  # fmt: skip
    assert summary["aborted"] == 1
    assert summary["door_opened_by_cabinet"] == {"navy": {"k": 5, "n": 5}, "oak": {"k": 4, "n": 5}}
    assert summary["door_opened"] == {"k": 9, "n": 10, "low": 0.5958, "high": 0.9821}
    assert summary["handle_grasped"]["k"] == 10
    assert summary["handle_grasped"]["high"] == 1.0


def test_the_file_is_the_summary(tmp_path: Path) -> None:
    summary = summarise("blind", TrialsConfig(), [_trial(0, opened=True)])
    path = write_summary(tmp_path / "new" / "folder", summary)

    assert path.name == "trials.json"
    assert json.loads(path.read_text()) == summary
    assert [item.name for item in path.parent.iterdir()] == ["trials.json"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput, match="--output"):
        write_summary(tmp_path / "file", {})


def test_equal_seeds_give_equal_scenes_apart_from_the_demonstrations() -> None:
    rules = EpisodeConfig(max_steps=1)
    first = list(run_trials(Idle(), TrialsConfig(episodes=3, seed=4, episode=rules)))
    again = list(run_trials(Idle(), TrialsConfig(episodes=1, seed=5, episode=rules)))

    assert [trial.seed for trial in first] == [4, 5, 6]
    assert len({trial.scene for trial in first}) == 3
    assert again[0] == first[1]
    assert first[0].result.reason == "step limit"
    assert first[0].scene != training_scene(4).name


def test_some_of_the_seeds_and_what_is_told_before_each() -> None:
    begun: list[int] = []
    config = TrialsConfig(episodes=5, seed=4, episode=EpisodeConfig(max_steps=1))
    steps: list[float] = []
    trials = list(run_trials(Idle(), config, [8, 5], begun.append, lambda sim: steps.append(sim.time_s)))
    assert [trial.seed for trial in trials] == begun == [8, 5]
    assert len(steps) == 2


def test_a_trial_survives_being_written_and_read() -> None:
    trial = _trial(5, opened=True)
    again = Trial.from_dict(json.loads(json.dumps(trial.to_dict())))
    assert again == trial._replace(lateral_offset_m=0.0123, result=trial.result._replace(door_angle_deg=41.23))
    with pytest.raises(InvalidInput, match="lacks 'steps'"):
        Trial.from_dict({name: value for name, value in trial.to_dict().items() if name != "steps"})


def test_scenes_and_conditions_are_those_asked_for() -> None:
    config = TrialsConfig(
        episodes=1, scenes="held-out", condition="signs-both-bins", episode=EpisodeConfig(max_steps=1)
    )
    (trial,) = run_trials(Idle(), config)

    assert trial.scene.startswith("held_out")
    assert "signs_covered" in trial.scene
    assert "bins_covered_2" in trial.scene


def test_physics_that_diverge_are_a_failed_trial_and_the_next_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    results = iter([SimulationError("diverged"), EpisodeResult(True, True, 31.0, 9, "door opened")])

    def run(loop, policy, config, on_step, seed) -> EpisodeResult:
        result = next(results)
        if isinstance(result, SimulationError):
            raise result
        return result

    monkeypatch.setattr(trials_module, "run_episode", run)
    first, second = run_trials(Idle(), TrialsConfig(episodes=2))

    assert not first.result.door_opened
    assert "diverged" in first.result.reason
    assert second.result.door_opened
