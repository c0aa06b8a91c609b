"""The launch argument `trials`."""

from __future__ import annotations

import pytest

from vinn_ros.graph import door_opening_graph
from vinn_training.exceptions import InvalidInput


def nodes(**values):
    return {node.name: node for node in door_opening_graph(values).nodes}


def test_trials_begin_and_end_motion_and_the_simulator_judges_its_own(tmp_path):
    values = {"sim": "true", "bundle": str(tmp_path), "trials": str(tmp_path / "trials"), "image_topic": "/wrist"}
    started = nodes(**values)
    node = started["trial_node"]
    assert node.parameters["output"] == str(tmp_path / "trials")
    assert node.parameters["bundle"] == str(tmp_path)
    assert node.parameters["judge"] == "simulator"
    assert ("image_raw", "/wrist") in node.remappings  # its recorder's
    assert started["stretch_bridge"].parameters["enabled_on_start"] is False
    standin = nodes(**{**values, "sim": "standin"})
    assert "judge" not in standin["trial_node"].parameters  # no door: the operator judges


def test_without_it_nothing_changes(tmp_path):
    started = nodes(sim="true", bundle=str(tmp_path))
    assert "trial_node" not in started
    assert "enabled_on_start" not in started["stretch_bridge"].parameters


def test_one_recorder_is_enough(tmp_path):
    with pytest.raises(InvalidInput, match="leave record out"):
        nodes(sim="true", bundle=str(tmp_path), trials="a", record="b")
