from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from vinn_ros.trial_node.directory import TrialDirectory, Tried
from vinn_ros.trial_node.log import LOG_FILE
from vinn_training.exceptions import InvalidInput

TRIED = Tried("vinn", "runs/bundle", "operator", "robot", "within 0.05 m")


def run(directory, condition, state, **values):
    record = replace(directory.plan(condition, "bank", "encoder"), **values)
    directory.begin(record)
    directory.end(replace(record, state=state, door_opened=state == "succeeded"))
    return record


def test_each_condition_has_its_folder_numbers_and_seeds(tmp_path):
    directory = TrialDirectory(tmp_path, TRIED, 5)
    assert [run(directory, "white", "succeeded").seed for _ in range(2)] == [5, 6]
    first = run(directory, "black", "failed")
    assert (first.number, first.seed) == (1, 5)
    summary = json.loads((tmp_path / "white" / "trials.json").read_text())
    assert (summary["policy"], summary["condition"], summary["seed"], summary["bundle"]) == (
        "vinn", "white", 5, "runs/bundle",
    )  # fmt: skip
    assert summary["door_opened"]["k"] == 2
    assert json.loads((tmp_path / "black" / "trials.json").read_text())["door_opened"]["k"] == 0


def test_a_folder_is_for_one_policy_and_bank(tmp_path):
    directory = TrialDirectory(tmp_path, TRIED, 0)
    run(directory, "white", "failed")
    directory.plan("black", "another bank", "encoder")
    with pytest.raises(InvalidInput, match="holds trials of bank 'bank', and 'another bank' is to be tried"):
        directory.plan("white", "another bank", "encoder")
    directory.close()
    other = TrialDirectory(tmp_path, replace(TRIED, policy="bc"), 0)
    with pytest.raises(InvalidInput, match="holds trials of policy 'vinn', and 'bc' is to be tried"):
        other.plan("white", "bank", "encoder")


def test_a_refused_start_does_not_bind_the_folder_to_a_policy(tmp_path):
    directory = TrialDirectory(tmp_path, TRIED, 0)
    run(directory, "white", "refused")
    assert directory.plan("white", "another bank", "encoder").number == 1
    assert not (tmp_path / "white" / "trials.json").exists()


HOLD = """
import sys, time
from pathlib import Path
from vinn_ros.trial_node.directory import Tried, TrialDirectory
directory = TrialDirectory(Path(sys.argv[1]), Tried("vinn", "", "operator", "robot", ""), 0)
directory.begin(directory.plan("white", "bank", "encoder"))
print("held", flush=True)
time.sleep(600)
"""


def test_two_nodes_do_not_share_a_directory_and_a_killed_ones_trial_is_counted(tmp_path):
    other = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(InvalidInput, match=r"a trial node \(process \d+\) is writing there"):
            TrialDirectory(tmp_path, TRIED, 0)
    finally:
        other.kill()
        other.wait()
        other.stdout.close()
    directory = TrialDirectory(tmp_path, TRIED, 0)
    assert [record.state for record in directory.recovered] == ["aborted"]
    summary = json.loads((tmp_path / "white" / "trials.json").read_text())
    assert summary["aborted"] == 1
    assert summary["door_opened"] == {"k": 0, "n": 0, "low": 0.0, "high": 1.0}


def test_a_damaged_folder_lets_the_directory_go(tmp_path):
    (tmp_path / "white").mkdir()
    (tmp_path / "white" / LOG_FILE).write_text("nonsense\n")
    for _ in range(2):  # the second time it is not its own lock that is in the way
        with pytest.raises(InvalidInput, match="line 1: not a line of trials"):
            TrialDirectory(tmp_path, TRIED, 0)


def test_a_directory_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput, match="trials: cannot be written: Not a directory; choose another output"):
        TrialDirectory(tmp_path / "file" / "trials", TRIED, 0)


def test_an_end_that_the_disk_refused_is_kept_and_written_later(tmp_path, monkeypatch):
    directory = TrialDirectory(tmp_path, TRIED, 0)
    record = directory.plan("white", "bank", "encoder")
    directory.begin(record)

    def full(_):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InvalidInput, match="is the disk full"):
        directory.end(replace(record, state="failed"))
    assert directory.unsaved.state == "failed"
    monkeypatch.undo()
    directory.end(directory.unsaved)
    assert directory.unsaved is None
    assert json.loads((tmp_path / "white" / "trials.json").read_text())["door_opened"]["n"] == 1
