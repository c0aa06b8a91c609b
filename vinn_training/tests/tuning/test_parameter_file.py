from pathlib import Path

import pytest
import yaml

from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import PolicyConfig
from vinn_training.tuning.grid import TUNABLE
from vinn_training.tuning.parameter_file import MARK, StartingPoint, read_start, render

#: As `ros2 param dump /policy` prints it.
DUMP = """/policy:
  ros__parameters:
    action_scale:
    - 0.7
    - 0.8
    - 0.9
    autostart: true
    bundle: /bundles/door
    gripper_close_below: 0.3
    gripper_open_above: 0.7
    hold_distance_quantile: 0.99
    k: 7
    qos_overrides:
      /parameter_events:
        publisher:
          depth: 1000
          durability: volatile
    start_type_description_service: true
    temperature: 2.5
    use_sim_time: false
"""

CHOSEN = PolicyConfig(3, 0.1, (0.5, 0.6, 1.0), 0.2, 0.8, 0.95)


def _file(tmp_path: Path, text: str) -> Path:
    (tmp_path / "start.yaml").write_text(text)
    return tmp_path / "start.yaml"


def _parameters(text: str, name: str) -> dict:
    return yaml.safe_load(text)[name]["ros__parameters"]


def test_a_dump_of_a_running_policy_is_read_and_all_else_is_kept(tmp_path: Path) -> None:
    start = read_start(_file(tmp_path, DUMP))
    assert start.config == PolicyConfig(7, 2.5, (0.7, 0.8, 0.9), 0.3, 0.7, 0.99)
    assert (set(start.named), start.notes) == (set(TUNABLE), ())
    before, after = (
        _parameters(DUMP, "/policy"),
        _parameters(render(start, CHOSEN, TUNABLE, ["from a test"]), "/policy"),
    )
    assert {name: after[name] for name in TUNABLE} == {
        "k": 3, "temperature": 0.1, "action_scale": [0.5, 0.6, 1.0], "gripper_close_below": 0.2,
        "gripper_open_above": 0.8, "hold_distance_quantile": 0.95,
    }  # fmt: skip
    assert {name: value for name, value in after.items() if name not in TUNABLE} == {
        name: value for name, value in before.items() if name not in TUNABLE
    }


def test_only_what_was_tuned_and_differs_is_changed_and_comments_stay(tmp_path: Path) -> None:
    text = (
        f"{MARK}an older run\n# my robot\n/**/stretch_bridge:\n  ros__parameters:\n    step_length_m: 0.05  # slow\n"
        "/**/policy:\n  ros__parameters:\n    k: 3   # by hand\n    temperature: 2.5\n"
    )
    start = read_start(_file(tmp_path, text))
    assert start.notes == ("parameters of other nodes are kept as they are: /**/stretch_bridge",)
    written = render(start, CHOSEN, ("k", "temperature"), ["bag one", "bag two"])
    assert written == text.replace(f"{MARK}an older run", f"{MARK}bag one\n{MARK}bag two").replace("2.5", "0.1")


def test_without_a_starting_point_the_tuned_parameters_are_written_for_any_namespace() -> None:
    written = render(StartingPoint(PolicyConfig()), CHOSEN, ("k", "action_scale"), ["a line\nk: 99"])
    assert written.startswith(f"{MARK}a line k: 99\n")  # a folder's name may hold anything
    assert _parameters(written, "/**/policy") == {"k": 3, "action_scale": [0.5, 0.6, 1.0]}
    assert "action_scale: [0.5, 0.6, 1.0]" in written


def test_numbers_keep_the_type_that_ros_wants() -> None:
    written = render(
        StartingPoint(PolicyConfig()), PolicyConfig(3, 1000.0, (1.0, 1.0, 1.0), 0.0, 1.0, 1.0), TUNABLE, []
    )
    values = _parameters(written, "/**/policy")
    assert {name: type(values[name]) for name in TUNABLE if name != "action_scale"} == {
        "k": int, "temperature": float, "gripper_close_below": float, "gripper_open_above": float,
        "hold_distance_quantile": float,
    }  # fmt: skip
    assert all(type(value) is float for value in values["action_scale"])


def test_a_whole_number_for_a_temperature_is_mended(tmp_path: Path) -> None:
    start = read_start(_file(tmp_path, "policy:\n  ros__parameters: {temperature: 2}\n"))
    assert start.config.temperature == 2.0
    assert "temperature: 0.1" in render(start, CHOSEN, ("temperature",), [])
    assert "temperature: 2.0" in render(start, CHOSEN, ("k",), [])  # ROS takes no 2 for it


def test_parameters_of_another_version_are_told_and_kept(tmp_path: Path) -> None:
    start = read_start(_file(tmp_path, "policy:\n  ros__parameters:\n    k: 5\n    softmin_beta: 2.0\n"))
    assert "does not have: softmin_beta; a parameter file of another version?" in start.notes[0]
    assert _parameters(render(start, CHOSEN, ("k",), []), "policy") == {"k": 3, "softmin_beta": 2.0}


def test_a_value_that_two_sections_have_is_changed_in_both(tmp_path: Path) -> None:
    text = "/**:\n  ros__parameters: {k: 5, use_sim_time: true}\n/policy:\n  ros__parameters: {k: 5}\n"
    written = render(read_start(_file(tmp_path, text)), CHOSEN, ("k", "temperature"), [])
    assert _parameters(written, "/**") == {"k": 3, "use_sim_time": True}
    assert _parameters(written, "/policy") == {"k": 3, "temperature": 0.1}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("policy:\n  ros__parameters: {k: 5.5}\n", "k is 5.5; expected a whole number"),
        ("policy:\n  ros__parameters: {k: true}\n", "expected a whole number"),
        ("policy:\n  ros__parameters: {k: 0}\n", "k is 0"),
        ("policy:\n  ros__parameters: {temperature: warm}\n", "temperature is 'warm'; expected a number"),
        ("policy:\n  ros__parameters: {temperature: .nan}\n", "temperature is nan"),
        ("policy:\n  ros__parameters: {action_scale: [1.0, 1.0]}\n", "expected three numbers"),
        ("policy:\n  ros__parameters: {action_scale: 0.5}\n", "another version"),
        ("policy:\n  ros__parameters: {k: 5}\n/**:\n  ros__parameters: {k: 6}\n", "'policy' has k 5, '/\\*\\*' 6"),
        ("policy:\n  ros__parameters: {gripper_close_below: 0.9}\n", "gripper thresholds"),
        ("policy: {k: 5\n", "not readable as YAML"),
        ("policy:\n  k: 5\n", "expected 'ros__parameters:'"),
        ("k: 5\n", "expected 'ros__parameters:'"),
        ("", "holds no mapping"),
    ],
)
def test_starting_points_that_cannot_be_used(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as caught:
        read_start(_file(tmp_path, text))
    assert "start.yaml" in str(caught.value)


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_start(tmp_path / "none.yaml")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_start(tmp_path / "binary")


def test_a_dump_of_another_node_gets_a_section_of_the_policy(tmp_path: Path) -> None:
    start = read_start(_file(tmp_path, "/perception:\n  ros__parameters: {threads: 2}\n"))
    assert "names no parameter of the node 'policy'" in start.notes[1]
    written = render(start, CHOSEN, ("k",), [])
    assert _parameters(written, "/**/policy") == {"k": 3}
    assert _parameters(written, "/perception") == {"threads": 2}
