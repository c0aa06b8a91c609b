"""Known answers: trials made by hand, with times that a stop watch would give."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vinn_ros.stretch_standin.trials.kinds import KINDS
from vinn_ros.stretch_standin.trials.verdict import SentCommand, TrialRecord, judge

AT = {"joint_lift": 0.6, "wrist_extension": 0.1, "translate_mobile_base": 0.0}


def image(time_s, is_true=True, latency_s=0.0):
    return {"time_s": time_s + latency_s, "kind": "image", "taken_s": time_s, "is_true": is_true}


def command(time_s, reach_m):
    return {"time_s": time_s, "kind": "command", "accepted": True, "message": "", "reach_m": reach_m, "data": []}


def record(kind="images black", motions=((9.0, 10.15),), events=(), **changes):
    """A fault at 10.0 s, seen and stopped at 10.14, cleared at 11.2; images at 9.93 and 9.96 were good."""
    fault = {"time_s": 10.0, "kind": "fault", "active": {}, "at_m": AT}
    standard = [image(9.93), image(9.96), fault, image(10.02, is_true=False), image(11.3)]
    return replace(
        TrialRecord(
            kind=KINDS[kind],
            faults={"image": "black"},
            injected_s=10.0,
            cleared_s=11.2,
            journal={
                "motions": [list(motion) for motion in motions],
                "events": [*standard, *events],
                "at_m": {**AT, "joint_lift": 0.605},
                "longest_pause_s": 0.01,
            },
            commands=[SentCommand(10.14, True, "stale input")],
            actions_s=[9.97, 10.0],
            recovery_s=0.3,
            dead=[],
        ),
        **changes,
    )


def judged(trial, limit_s=0.2):
    return judge(trial, limit_s, max_image_age_s=0.15)


def test_a_good_stop_is_timed_from_when_the_last_good_image_was_taken():
    verdict = judged(record())
    assert verdict.stop_s == pytest.approx(0.19)
    assert verdict.problems == ()
    assert verdict.reason == "stale input"
    assert verdict.crossed_m == pytest.approx(0.005)
    assert verdict.pause_s == 0.01
    assert verdict.content()["kind"] == "images black"


def test_it_is_timed_from_the_last_good_action_or_from_the_fault_itself():
    silent = judged(record("policy silent", faults={}))
    assert silent.stop_s == pytest.approx(0.15)
    assert silent.crossed_m is None  # the stand-in does not know when it began
    assert judged(record("runstop")).stop_s == pytest.approx(0.15)
    states = [{"time_s": time_s, "kind": "joint_states"} for time_s in (9.98, 9.99, 11.3)]
    assert judged(record("joint states stopped", events=states)).stop_s == pytest.approx(0.16)


def test_an_image_that_came_too_late_was_no_good_input():
    late = [image(9.99, latency_s=0.3), image(9.98, latency_s=0.1)]
    assert judged(record("image latency", events=late)).stop_s == pytest.approx(0.17)


def test_motion_that_goes_on_fails_and_good_images_after_the_fault_do_not_hide_it():
    verdict = judged(record(motions=((9.0, 11.6),)))
    assert verdict.stop_s == pytest.approx(1.64)
    assert "moved until 1640 ms" in verdict.problems[0]


def test_a_second_motion_after_the_stop_counts():
    verdict = judged(record(motions=((9.0, 10.1), (10.5, 10.6))))
    assert verdict.stop_s == pytest.approx(0.64)
    assert verdict.problems


def test_commands_after_the_stop_fail_whether_told_or_not():
    told = judged(record(commands=[SentCommand(10.1, True, "x"), SentCommand(10.5, False, "")]))
    silently = judged(record(events=[command(10.3, 0.05), command(10.4, None)]))
    for verdict in (told, silently):
        assert verdict.commands_after_stop == 1
        assert "1 motions commanded" in verdict.problems[0]
    assert judged(record(events=[command(10.141, 0.002), command(9.9, 0.05)])).problems == ()  # the hold; one before
    # Sent before the stop, and taken after it by a stand-in that the machine did not run for 10 ms.
    assert judged(record(events=[command(10.149, 0.05)])).commands_after_stop == 0
    assert judged(record(events=[command(10.151, 0.05)])).commands_after_stop == 1


def test_silence_death_and_no_recovery_fail():
    assert "did not say" in judged(record(commands=[])).problems[0]
    assert judged(record(dead=["stretch_bridge"])).problems == ("stretch_bridge died",)
    assert "did not move again" in judged(record(recovery_s=None)).problems[0]


def test_a_robot_at_rest_is_not_timed():
    verdict = judged(record(motions=((9.0, 9.5),)))
    assert not verdict.was_moving
    assert verdict.stop_s is None
    assert verdict.problems == ()
    assert judged(record(motions=())).stop_s is None


def test_a_fault_that_cannot_be_seen_must_be_endured_only():
    verdict = judged(record("slow joints", motions=((9.0, 12.0),), commands=[]))
    assert verdict.stop_s is None
    assert verdict.problems == ()
    assert judged(record("slow joints", recovery_s=None)).problems
