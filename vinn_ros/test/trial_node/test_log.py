"""The log across the deaths of its process."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from records import a_record

from vinn_ros.trial_node import log as log_module
from vinn_ros.trial_node.log import CUT_SHORT, LOG_FILE, TrialLog
from vinn_ros.trial_node.record import to_line
from vinn_training.exceptions import InvalidInput


def ended(record, state="succeeded"):
    return replace(record, state=state, reason="told")


def test_what_was_written_is_there_for_the_next_process(tmp_path):
    log = TrialLog(tmp_path)
    log.begin(a_record(1))
    log.end(ended(a_record(1)))
    log.begin(a_record(2, seed=1))
    log.end(ended(a_record(2, seed=1), "failed"))
    again = TrialLog(tmp_path)
    assert again.records == log.records
    assert (again.next_number, again.next_seed(0), again.recovered) == (3, 2, None)


def test_a_trial_without_an_end_counts_as_aborted_once(tmp_path):
    TrialLog(tmp_path).begin(a_record(1))
    recovered = TrialLog(tmp_path).recovered
    assert (recovered.state, recovered.reason) == ("aborted", CUT_SHORT)
    again = TrialLog(tmp_path)
    assert again.recovered is None
    assert again.records == [recovered]


@pytest.mark.parametrize("state", ["aborted", "refused"])
def test_a_seed_without_a_verdict_is_tried_again(tmp_path, state):
    log = TrialLog(tmp_path)
    log.begin(a_record(1, seed=4))
    log.end(ended(a_record(1, seed=4), state))
    assert log.next_seed(4) == 4
    assert log.next_number == (2 if state == "aborted" else 1)
    assert log.next_seed(9) == 9


@pytest.mark.parametrize("size", range(1, 40, 7))
def test_a_line_that_the_machine_died_on_is_taken_back(tmp_path, size):
    log = TrialLog(tmp_path)
    log.begin(a_record(1))
    with (tmp_path / LOG_FILE).open("ab") as file:
        file.write(to_line(ended(a_record(1)))[:size])
    again = TrialLog(tmp_path)
    assert [record.state for record in again.records] == ["aborted"]
    again.begin(a_record(2))  # on a line of its own
    assert [record.number for record in TrialLog(tmp_path).records] == [1, 2]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (b"{nonsense}\n", "line 1: not a line of trials"),
        (to_line(a_record(1)) * 2, "line 2: trial 1 begins before trial 1 has ended"),
        (to_line(a_record(1, state="failed")), "line 1: trial 1 ends without having begun"),
        (to_line(a_record(1)) + to_line(a_record(2, state="failed")), "line 2: trial 2 ends without having begun"),
    ],
)
def test_a_damaged_log_is_told_and_left_alone(tmp_path, lines, reason):
    (tmp_path / LOG_FILE).write_bytes(lines)
    with pytest.raises(InvalidInput, match=reason):
        TrialLog(tmp_path)
    assert (tmp_path / LOG_FILE).read_bytes() == lines


def test_out_of_turn(tmp_path):
    log = TrialLog(tmp_path)
    with pytest.raises(InvalidInput, match="not under way"):
        log.end(ended(a_record(1)))
    log.begin(a_record(1))
    with pytest.raises(InvalidInput, match="trial 1 is under way"):
        log.begin(a_record(2))
    with pytest.raises(InvalidInput, match="not under way, or has not ended"):
        log.end(a_record(1))


def test_a_disk_that_fills_up_leaves_whole_lines_and_the_end_can_be_written_later(tmp_path, monkeypatch):
    log = TrialLog(tmp_path)
    log.begin(a_record(1))
    whole = (tmp_path / LOG_FILE).read_bytes()

    def full(_):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(log_module.os, "fsync", full)
    with pytest.raises(InvalidInput, match="No space left on device; is the disk full"):
        log.end(ended(a_record(1)))
    assert (tmp_path / LOG_FILE).read_bytes() == whole
    monkeypatch.undo()
    log.end(ended(a_record(1)))
    assert TrialLog(tmp_path).records[0].state == "succeeded"


def test_a_folder_that_is_a_file_is_told(tmp_path):
    (tmp_path / "white").write_text("")
    with pytest.raises(InvalidInput, match=r"white: .*expected a folder that can be written"):
        TrialLog(tmp_path / "white")
