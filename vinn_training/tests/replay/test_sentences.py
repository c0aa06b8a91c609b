from __future__ import annotations

import pytest

from vinn_training.replay.sentences import agreement_sentence, gripper_sentence, online_sentence, truth_sentences
from vinn_training.replay.summary import summarise


def test_a_session_in_words(result):
    summary = summarise(result)
    assert online_sentence(summary) == (
        "10 of 12 images, 1 without an embedding (skipped, refused or lost), 1 with an embedding and no action"
    )
    assert agreement_sentence(summary).startswith("10 of 10 compared answers are equal (to 1e-06), 10 have the same")
    motion, gripper, source = truth_sentences(summary)
    assert "over 11 images" in motion
    assert "of 1 real events" in gripper
    assert source == "Motion from poses on /wrist_camera_pose; gripper from commands of the bridge on /command."


def test_nothing_to_compare_in_words(result):
    summary = summarise(result)
    summary["online"] |= {"compared": 0, "not_compared": {"answered online by another bank, x (version 0)": 12}}
    assert agreement_sentence(summary) == (
        "No image's answers can be compared (12 images: answered online by another bank, x (version 0))."
    )
    summary["real_motion"]["problem"] = "no poses"
    assert truth_sentences(summary) == ["The bag does not tell what really happened: no poses."]


@pytest.mark.parametrize(
    ("late_s", "words"),
    [
        ([], "found ones late by: none."),
        ([0.1, -0.25], "found ones late by: +0.10 s, -0.25 s."),
        ([0.1, 0.2, 0.3, -0.4, 0.5, 0.6], "found ones late by: +0.25 s in the median, -0.40 to +0.60."),
    ],
)
def test_many_delays_are_told_by_median_and_range(late_s, words):
    gripper = {"late_s": late_s, "same_share": 1.0, "real_events": 7, "missed": 0, "spurious": 0}
    assert gripper_sentence(gripper).endswith(words)
