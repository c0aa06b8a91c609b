"""What replay.json says of a session whose faults are known."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from vinn_training.replay.summary import summarise


def test_counts_of_a_session_are_those_that_were_put_in(result):
    summary = summarise(result)
    online = summary["online"]
    assert (online["answered"], online["compared"], online["equal"]) == (10, 10, 10)
    assert (online["without_embedding"], online["without_action"]) == (1, 1)
    assert online["not_compared"] == {"no recorded answer": 2}
    assert summary["replay"]["not_answered"] == 1
    assert summary["replay"]["problems"][0] == {"image": 11, "time_s": 1.1, "problem": "no embedding was recorded"}
    assert [(item["image"], item["k"]) for item in summary["settings"]] == [(0, 10), (6, 3)]
    (change,) = summary["parameter_changes"]
    assert (change["node"], change["name"], change["value"]) == ("/policy", "k", 3)
    assert change["time_s"] == pytest.approx(0.55 - 0.004)
    assert summary["commands"] == {"moving": 12, "clipped": 0, "stops": {"stale image": 1}}
    json.dumps(summary, allow_nan=False)


def test_differences_are_listed_with_image_and_time(result):
    changed = replace(result.frames[2], agreement=replace(result.frames[2].agreement, same_neighbors=False))
    summary = summarise(replace(result, frames=(*result.frames[:2], changed, *result.frames[3:])))
    assert summary["online"]["different"] == [{"image": 2, "time_s": 0.2, "what": "other neighbours"}]
    assert (summary["online"]["equal"], summary["online"]["same_neighbors"]) == (9, 9)


def test_images_on_which_the_robot_holds_are_joined_to_spans(result):
    held = {2, 3, 4, 8}
    frames = tuple(
        replace(item, decision=replace(item.decision, hold=index in held)) if item.decision else item
        for index, item in enumerate(result.frames)
    )
    spans = summarise(replace(result, frames=frames))["out_of_distribution"]
    assert spans["images"] == 4
    assert [(span["image"], span["images"]) for span in spans["spans"]] == [(2, 3), (8, 1)]
    assert (spans["spans"][0]["from_s"], spans["spans"][0]["to_s"]) == (0.2, 0.4)


def test_answers_to_images_that_are_not_in_the_bag_are_counted(result):
    session = replace(result.session, frames=result.session.frames[2:])
    summary = summarise(replace(result, session=session, frames=result.frames[2:], truths=result.truths[2:]))
    assert summary["online"]["actions_without_image"] == 2


def test_parameters_that_are_not_finite_are_words_that_json_has(result):
    change = result.session.parameter_changes[0]
    changes = (replace(change, value=float("inf")), replace(change, value=(1.0, float("nan"))))
    summary = summarise(replace(result, session=replace(result.session, parameter_changes=changes)))
    json.dumps(summary, allow_nan=False)
    assert [item["value"] for item in summary["parameter_changes"]] == ["inf", [1.0, "nan"]]
