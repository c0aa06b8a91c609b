from __future__ import annotations

import pytest

from vinn_ros import graph as graph_module
from vinn_ros.graph import ARGUMENTS, CAMERA_PACKAGES, door_opening_graph
from vinn_ros.launch_words import usage
from vinn_training.exceptions import InvalidInput


def _names(graph):
    return [node.name for node in graph.nodes]


def _node(graph, name):
    return next(node for node in graph.nodes if node.name == name)


@pytest.fixture
def only_installed(monkeypatch):
    """Pretend that just these ROS packages are installed."""

    def pretend(*packages):
        monkeypatch.setattr(graph_module, "is_installed", lambda package: package in packages)

    return pretend


def test_simulation_needs_no_driver_and_no_camera(tmp_path):
    graph = door_opening_graph({"sim": "true", "bundle": str(tmp_path)})
    assert _names(graph) == ["perception", "policy", "stretch_bridge", "stretch_sim"]
    assert graph.includes == ()
    assert all(node.parameter_files[0].endswith("simulator.yaml") for node in graph.nodes)
    assert all(node.parameters["autostart"] is True for node in graph.nodes)
    assert _node(graph, "policy").parameters["bundle"] == str(tmp_path)


def test_the_stand_in_takes_the_simulators_place_and_the_bridge_is_started_alike(tmp_path):
    values = {"bundle": str(tmp_path), "image_topic": "/wrist/image"}
    simulated, standin = (door_opening_graph({**values, "sim": sim}) for sim in ("true", "standin"))
    assert _names(standin) == ["perception", "policy", "stretch_bridge", "stretch_standin"]
    assert standin.includes == ()
    for name in ("stretch_bridge", "perception"):
        assert _node(standin, name) == _node(simulated, name)
    robots = _node(standin, "stretch_standin"), _node(simulated, "stretch_sim")
    for attribute in ("parameters", "parameter_files", "remappings"):
        assert getattr(robots[0], attribute) == getattr(robots[1], attribute)
    # The stand-in's pictures are like no demonstration.
    assert _node(standin, "policy").parameters["hold_distance_quantile"] == 1.0
    assert "hold_distance_quantile" not in _node(simulated, "policy").parameters
    assert any("like no demonstration" in note for note in standin.notes)


def test_composed_takes_two_nodes_into_one_process_and_leaves_the_others(tmp_path):
    values = {"sim": "standin", "bundle": str(tmp_path), "image_topic": "/wrist/image"}
    separate = door_opening_graph(values)
    composed = door_opening_graph({**values, "composed": "true"})
    assert _names(composed) == ["perception_policy", "stretch_bridge", "stretch_standin"]
    both = _node(composed, "perception_policy")
    assert both.parts == (_node(separate, "perception"), _node(separate, "policy"))
    for name in ("stretch_bridge", "stretch_standin"):
        assert _node(composed, name) == _node(separate, name)
    words = both.part_arguments()
    assert words[:2] == ["--params-file", separate.nodes[0].parameter_files[0]]
    assert f'perception:bundle:="{tmp_path}"' in words
    assert "policy:hold_distance_quantile:=1.0" in words
    assert "perception:autostart:=true" in words
    assert "perception:image_raw:=/wrist/image" in words
    assert not any(word.startswith("policy:image_raw") for word in words)


def test_perception_may_run_on_another_machine(tmp_path):
    values = {"sim": "standin", "bundle": str(tmp_path)}
    graph = door_opening_graph({**values, "perception": "none"})
    assert _names(graph) == ["policy", "stretch_bridge", "stretch_standin"]
    assert any("perception is not started here" in note for note in graph.notes)
    assert graph.nodes == door_opening_graph(values).nodes[1:]
    with pytest.raises(InvalidInput, match="composed:=true takes perception"):
        door_opening_graph({**values, "perception": "none", "composed": "true"})


def test_hardware_includes_the_driver_and_takes_the_first_camera(tmp_path, only_installed):
    only_installed("stretch_core", "v4l2_camera")
    graph = door_opening_graph({"bundle": str(tmp_path), "robot": "stretch_re2", "video": "/dev/video2"})
    assert [include.package for include in graph.includes] == ["stretch_core"]
    camera = _node(graph, "v4l2_camera")
    assert camera.parameters == {"video_device": "/dev/video2", "camera_frame_id": "wrist_camera_optical_frame"}
    assert "stretch_sim" not in _names(graph)
    assert _node(graph, "stretch_bridge").parameter_files[0].endswith("stretch_re2.yaml")


def test_our_video_source_where_no_camera_driver_is_installed(tmp_path, only_installed):
    only_installed()
    graph = door_opening_graph({"bundle": str(tmp_path)})
    assert _node(graph, "video_source").parameters["source"] == "/dev/video0"
    assert any("stretch_core is not installed" in note for note in graph.notes)
    assert "video_source" not in _names(door_opening_graph({"bundle": str(tmp_path), "camera": "none"}))


def test_image_topic_is_remapped_where_images_come_and_go(tmp_path, only_installed):
    only_installed()
    graph = door_opening_graph({"bundle": str(tmp_path), "image_topic": "/wrist/image", "record": str(tmp_path)})
    for name in ("perception", "video_source", "recorder"):
        assert ("image_raw", "/wrist/image") in _node(graph, name).remappings
    assert _node(graph, "policy").remappings == ()


def test_the_view_is_started_where_it_is_asked_for_and_hears_the_cameras_images(tmp_path):
    values = {"sim": "true", "bundle": str(tmp_path), "image_topic": "/wrist/image"}
    assert "neighbors_view" not in _names(door_opening_graph(values))
    graph = door_opening_graph({**values, "view": "true", "composed": "true"})
    view = _node(graph, "neighbors_view")
    assert view.parameters == {"autostart": True, "bundle": str(tmp_path)}
    assert ("image_raw", "/wrist/image") in view.remappings
    assert ("image_raw/compressed", "/wrist/image/compressed") in view.remappings


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "no bundle given"),
        ({"bundle": "/nowhere"}, "no directory"),
        ({"sim": "yes"}, "sim is 'yes'; expected one of: false, true, standin"),
        ({"robot": "stretch_4"}, "robot is 'stretch_4'"),
        ({"simulation": "true"}, "unknown argument 'simulation'"),
        ({"bundle": "/", "params_file": "/nowhere.yaml"}, "params_file"),
        ({"bundle": "/", "camera": "usb_cam"}, "package usb_cam is not installed"),
    ],
)
def test_mistakes_are_named(values, reason, only_installed):
    only_installed()
    with pytest.raises(InvalidInput, match=reason):
        door_opening_graph(values)


def test_every_argument_is_described_and_its_default_allowed():
    text = usage("bringup", ARGUMENTS)
    for argument in ARGUMENTS:
        assert argument.description
        assert f"{argument.name}:=" in text
        assert not argument.choices or argument.default in argument.choices
    assert set(CAMERA_PACKAGES) < set(next(a for a in ARGUMENTS if a.name == "camera").choices)
