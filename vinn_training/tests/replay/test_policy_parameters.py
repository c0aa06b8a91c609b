"""Parameter files as ROS 2 writes and takes them."""

from __future__ import annotations

import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import PolicyConfig
from vinn_training.replay.policy_parameters import read_policy_parameters


def _read(tmp_path, text):
    path = tmp_path / "params.yaml"
    path.write_text(text)
    return read_policy_parameters(path)


def test_a_dump_of_the_node_is_read(tmp_path):
    config = _read(
        tmp_path,
        "/policy:\n  ros__parameters:\n    action_scale: [0.5, 0.25, 1.0]\n    autostart: true\n    bundle: /b\n"
        "    k: 5\n    temperature: 2.0\n    use_sim_time: false\n    qos_overrides:\n      /tf: {}\n",
    )
    assert config == PolicyConfig(k=5, temperature=2.0, action_scale=(0.5, 0.25, 1.0))


@pytest.mark.parametrize("name", ["policy", "/**/policy", "/**", "/robot/policy"])
def test_sections_that_hold_for_the_policy_count(tmp_path, name):
    assert _read(tmp_path, f"{name}:\n  ros__parameters:\n    k: 5\n").k == 5


def test_later_sections_override_and_those_of_others_do_not_count(tmp_path):
    text = (
        "/**:\n  ros__parameters: {k: 5, image_rate_hz: 3.0}\nstretch_bridge:\n  ros__parameters: {k: 7}\n"
        "robot:\n  policy:\n    ros__parameters: {k: 6}\n"
    )
    assert _read(tmp_path, text).k == 6


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("perception:\n  ros__parameters: {threads: 1}\n", "says nothing of the node 'policy'"),
        ("policy:\n  ros__parameters: {k: 0}\n", "k is 0"),
        ("policy:\n  ros__parameters: {action_scale: 3}\n", "params.yaml"),
        ("policy:\n  ros__parameters: {neighbours: 3}\n", "'neighbours', which this version's policy does not"),
        ("- 1\n", "holds no mapping"),
        ("policy:\n  ros__parameters: {k: '7'}\n", "params.yaml: k is '7'; expected a whole number"),
        ("policy:\n  ros__parameters: {temperature: true}\n", "temperature is True; expected a number"),
        ("a: [", "not readable as YAML"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(tmp_path, text, reason):
    with pytest.raises(InvalidInput, match=reason) as caught:
        _read(tmp_path, text)
    assert str(caught.value).count("params.yaml") == 1
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_named_once(tmp_path):
    with pytest.raises(InvalidInput, match="cannot be read: No such file or directory; expected a ROS 2") as caught:
        read_policy_parameters(tmp_path / "none.yaml")
    assert str(caught.value).count("none.yaml") == 1
