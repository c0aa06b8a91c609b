import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mujoco")

from vinn_training.evaluation import trial_log as trial_log_module
from vinn_training.evaluation.episode import EpisodeResult
from vinn_training.evaluation.trial_log import LOG_FILE, TrialLog, run_logged
from vinn_training.evaluation.trial_scenes import TrialsConfig
from vinn_training.evaluation.trials import Trial
from vinn_training.exceptions import InvalidInput

SETTINGS = {"policy": "vinn", "cabinets": ("oak",)}


def _trial(seed: int, opened: bool = True) -> Trial:
    return Trial(seed, f"oak/{seed}", "oak", 0.0123, 0.2, EpisodeResult(True, opened, 31.0, 9, "because"))


@pytest.fixture
def fake_trials(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Trials that cost nothing; the list says which were run."""
    ran: list[int] = []

    def run(policy, config, seeds, starting):
        for seed in seeds:
            starting(seed)
            ran.append(seed)
            yield _trial(seed, opened=seed % 2 == 0)

    monkeypatch.setattr(trial_log_module, "run_trials", run)
    return ran


def test_what_is_done_is_not_run_again(tmp_path: Path, fake_trials: list[int]) -> None:
    told: list[Trial] = []
    with TrialLog(tmp_path, SETTINGS) as log:
        first = run_logged(lambda: None, TrialsConfig(episodes=2, seed=3), log)
    with TrialLog(tmp_path, SETTINGS) as log:
        more = run_logged(lambda: None, TrialsConfig(episodes=4, seed=3), log, told.append)
    assert fake_trials == [3, 4, 5, 6]
    assert more[:2] == first
    assert [trial.seed for trial in told] == [5, 6]
    with TrialLog(tmp_path, SETTINGS) as log:
        # Nothing is left to do: not even the policy, which may take long to train, is made.
        assert run_logged(lambda: pytest.fail("made"), TrialsConfig(episodes=4, seed=3), log) == more


def test_a_trial_that_was_aborted_is_run_again_and_says_so(tmp_path: Path, fake_trials: list[int]) -> None:
    for _ in range(2):
        with TrialLog(tmp_path, SETTINGS) as log:
            log.begin(1)  # and the process dies
    with TrialLog(tmp_path, SETTINGS) as log:
        trials = run_logged(lambda: None, TrialsConfig(episodes=2), log)
    assert fake_trials == [0, 1]
    assert [trial.aborted for trial in trials] == [0, 2]
    with TrialLog(tmp_path, SETTINGS) as log:
        assert log.done[1].aborted == 2


def test_a_line_cut_short_costs_that_trial_alone(tmp_path: Path, fake_trials: list[int]) -> None:
    with TrialLog(tmp_path, SETTINGS) as log:
        run_logged(lambda: None, TrialsConfig(episodes=2), log)
    path = tmp_path / LOG_FILE
    path.write_bytes(path.read_bytes()[:-25])
    fake_trials.clear()
    with TrialLog(tmp_path, SETTINGS) as log:
        trials = run_logged(lambda: None, TrialsConfig(episodes=2), log)
    assert fake_trials == [1]
    assert [trial.aborted for trial in trials] == [0, 1]
    for line in path.read_text().splitlines():
        json.loads(line)


def test_a_killed_process_loses_nothing(tmp_path: Path) -> None:
    """SIGKILL in the middle of the third trial."""
    script = (
        "import os, signal\nfrom pathlib import Path\n"
        "from vinn_training.evaluation.episode import EpisodeResult\n"
        "from vinn_training.evaluation.trial_log import TrialLog\n"
        "from vinn_training.evaluation.trials import Trial\n"
        f"log = TrialLog(Path({str(tmp_path)!r}), {SETTINGS!r})\n"
        "for seed in range(9):\n"
        "    log.begin(seed)\n"
        "    if seed == 2: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    log.end(Trial(seed, 'oak', 'oak', 0.0, 0.2, EpisodeResult(True, True, 31.0, 9, 'because')))\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], env={**os.environ}, timeout=240, check=False)
    assert ended.returncode == -signal.SIGKILL
    with TrialLog(tmp_path, SETTINGS) as log:
        assert sorted(log.done) == [0, 1]
        log.begin(2)
        log.end(_trial(2))
        assert log.done[2].aborted == 1


def test_trials_of_other_settings_are_not_mixed(tmp_path: Path, fake_trials: list[int]) -> None:
    with TrialLog(tmp_path, SETTINGS) as log:
        run_logged(lambda: None, TrialsConfig(episodes=1), log)
    with pytest.raises(InvalidInput, match=r"policy was 'vinn', is 'blind'.*--fresh"):
        TrialLog(tmp_path, SETTINGS | {"policy": "blind"})
    with TrialLog(tmp_path, SETTINGS) as log:
        assert 0 in log.done
    with TrialLog(tmp_path, SETTINGS | {"policy": "blind"}, fresh=True) as log:
        assert not log.done


def test_two_processes_do_not_write_one_log(tmp_path: Path) -> None:
    held = r"`vinn trials` \(process \d+\) is writing there"
    with TrialLog(tmp_path, SETTINGS), pytest.raises(InvalidInput, match=held):
        TrialLog(tmp_path, SETTINGS)
    TrialLog(tmp_path, SETTINGS).__exit__(None, None, None)


@pytest.mark.parametrize("line", ["{damaged", "7", '{"trial": {"seed": 1}}'])
def test_a_damaged_log_is_named(tmp_path: Path, line: str) -> None:
    with TrialLog(tmp_path, SETTINGS):
        pass
    with (tmp_path / LOG_FILE).open("a") as file:
        file.write(line + "\n")
    with pytest.raises(InvalidInput, match=r"trials\.jsonl, line 2|lacks"):
        TrialLog(tmp_path, SETTINGS)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InvalidInput, match="file: cannot be written: File exists; choose another output"):
        TrialLog(tmp_path / "file", SETTINGS)
