import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.policy.parameter_sections import Section, sections_of


@pytest.mark.parametrize(
    ("content", "name", "is_policy"),
    [
        ({"policy": {"ros__parameters": {"k": 3}}}, "policy", True),
        ({"/policy": {"ros__parameters": {"k": 3}}}, "/policy", True),
        ({"/**": {"ros__parameters": {"k": 3}}}, "/**", True),
        ({"/*": {"ros__parameters": {"k": 3}}}, "/*", True),
        ({"/**/policy": {"ros__parameters": {"k": 3}}}, "/**/policy", True),
        ({"/robot/policy": {"ros__parameters": {"k": 3}}}, "/robot/policy", True),
        ({"robot": {"policy": {"ros__parameters": {"k": 3}}}}, "robot/policy", True),
        ({"/stretch_bridge": {"ros__parameters": {"k": 3}}}, "/stretch_bridge", False),
        ({"/my_policy": {"ros__parameters": {"k": 3}}}, "/my_policy", False),
    ],
)
def test_ways_to_name_the_node(content, name: str, is_policy: bool) -> None:
    (section,) = sections_of(content)
    assert (section.name, section.is_policy, dict(section.values)) == (name, is_policy, {"k": 3})
    assert section.is_wildcard == name.endswith("*")


def test_parameters_of_another_version_are_found() -> None:
    values = {
        "k": 3, "neighbors": 5, "bundle": "b", "use_sim_time": False, "start_type_description_service": True,
        "qos_overrides": {"/parameter_events": {}}, "qos_overrides./action.depth": 3,
    }  # fmt: skip
    assert Section("/policy", values).unknown == ["neighbors"]
    assert Section("/**", values).unknown == []


@pytest.mark.parametrize("content", [None, [], "text", {}, {"policy": 3}, {"policy": {"ros__parameters": [1]}}])
def test_what_is_no_parameter_file_is_refused(content) -> None:
    with pytest.raises(InvalidInput, match="expected"):
        sections_of(content)
