import json
from pathlib import Path

import pytest

pytest.importorskip("mujoco")

from vinn_training.cli.main import main
from vinn_training.evaluation.episode import EpisodeResult
from vinn_training.evaluation.trial_scenes import TrialsConfig
from vinn_training.evaluation.trials import Trial, summarise, write_summary


def _write(folder: Path, name: str, opened: int, seed: int = 0) -> Path:
    config = TrialsConfig(episodes=10, seed=seed)
    trials = [
        Trial(s, f"oak/{s}", "oak", 0.0, 0.2, EpisodeResult(True, index < opened, 31.0, 9, "because"))
        for index, s in enumerate(config.seeds)
    ]
    return write_summary(folder, summarise(name, config, trials))


def test_two_policies_on_the_same_trials(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = _write(tmp_path / "a", "vinn", 9), _write(tmp_path / "b", "blind", 1)
    assert main(["compare-trials", str(tmp_path / "a"), str(second), "-o", str(tmp_path / "out.json")]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "door opened: 9 and 1 of 10; only the first 8, only the second 0; difference +80 points" in printed
    assert "p 0.00781" in printed
    assert "vinn (" in printed
    result = json.loads((tmp_path / "out.json").read_text())
    assert result["door_opened"]["verdict"] == "first better"
    assert result["handle_grasped"]["verdict"] == "not separated"
    assert result["first"] == f"vinn ({tmp_path / 'a'})"
    assert first.exists()


def test_other_seeds_are_refused_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(tmp_path / "a", "vinn", 9)
    _write(tmp_path / "b", "blind", 1, seed=5)
    assert main(["compare-trials", str(tmp_path / "a"), str(tmp_path / "b")]) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert "seeds differ" in error
    assert "Traceback" not in error


@pytest.mark.parametrize("content", ["{", "[]", '{"policy": "x"}'])
def test_files_that_are_none(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str) -> None:
    _write(tmp_path / "a", "vinn", 9)
    (tmp_path / "b.json").write_text(content)
    assert main(["compare-trials", str(tmp_path / "a"), str(tmp_path / "b.json")]) == 2
    assert "Traceback" not in capsys.readouterr().err
