from __future__ import annotations

import pytest
from records import a_record

from vinn_ros.trial_node.summary import summarise
from vinn_training.evaluation.episode import EpisodeResult
from vinn_training.evaluation.paired_trials import compare
from vinn_training.evaluation.trials import Trial, TrialsConfig
from vinn_training.evaluation.trials import summarise as summarise_simulation
from vinn_training.exceptions import InvalidInput

RECORDS = (
    *(a_record(n, n, state="succeeded", door_opened=True, handle_grasped=True) for n in range(1, 9)),
    a_record(9, 9, state="aborted", reason="runstop", steps=4),
    a_record(10, 9, state="failed", handle_grasped=True, start_offset_m=0.01234, duration_s=61.27, reason="slipped"),
    a_record(11, 10, state="failed"),
)
MORE = {"scenes": "robot", "starts": "within 0.05 m", "bundle": ""}


def test_rates_with_wilson_intervals_and_the_aborted_beside_them():
    summary = summarise(RECORDS, MORE)
    # 8 of 10: 0.4902 to 0.9433 (Wilson, 95 %), as tables of binomial intervals have it.
    assert summary["door_opened"] == {"k": 8, "n": 10, "low": 0.4902, "high": 0.9433}
    assert summary["handle_grasped"]["k"] == 9
    assert summary["aborted"] == 1
    (aborted,) = summary["aborted_trials"]
    assert (aborted["seed"], aborted["reason"], aborted["steps"]) == (9, "runstop", 4)
    trial = summary["trials"][8]
    assert (trial["seed"], trial["aborted"]) == (9, 1)
    assert (trial["lateral_offset_m"], trial["duration_s"], trial["reason"]) == (0.0123, 61.3, "slipped")
    assert trial["door_angle_deg"] is None  # nobody measured it


def test_it_has_every_key_of_vinn_trials():
    result = EpisodeResult(True, True, 31.0, 20, "door opened")
    simulated = summarise_simulation("vinn", TrialsConfig(), [Trial(0, "kitchen", "oak", 0.01, 0.2, result)])
    ours = summarise(RECORDS, MORE)
    assert set(simulated) <= set(ours)
    assert set(simulated["trials"][0]) <= set(ours["trials"][0])
    assert set(simulated["door_opened"]) == set(ours["door_opened"])


def test_two_policies_on_a_robot_are_compared_trial_by_trial():
    first = summarise(RECORDS, MORE)
    others = [a_record(n, n, state="failed") for n in range(1, 11)]
    rates = compare(first, summarise(others, MORE))
    assert (rates.first_only, rates.neither) == (8, 2)
    assert rates.verdict == "first better"
    with pytest.raises(InvalidInput, match="starts is"):
        compare(first, summarise(others, {**MORE, "starts": "within 0.1 m"}))
    with pytest.raises(InvalidInput, match="seeds differ"):
        compare(first, summarise(others[:4], MORE))


def test_no_verdict_yet_says_nothing_of_the_rate():
    summary = summarise([a_record(state="aborted")], MORE)
    assert summary["door_opened"] == {"k": 0, "n": 0, "low": 0.0, "high": 1.0}
    assert summary["trials"] == []
