from __future__ import annotations

import pytest

from vinn_ros.documentation.endpoints import created
from vinn_ros.documentation.parameters import argument_table, fault_table, mount_check_table, node_specs, node_table
from vinn_ros.entry_points import NODES
from vinn_ros.graph import ARGUMENTS
from vinn_ros.stretch_standin.faults import FAULT_GUIDE

EVERY_NODES = {"use_sim_time", "start_type_description_service"}


def rows(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("| `")]


@pytest.mark.parametrize("name", NODES)
def test_every_parameter_of_the_node_has_a_row(name):
    with created(name) as node:
        declared = set(node.get_parameters_by_prefix("")) - EVERY_NODES
    declared = {parameter for parameter in declared if not parameter.startswith("qos_overrides.")}
    assert {spec.name for spec in node_specs(name)} == declared
    shown = {row.split("`")[1] for row in rows(node_table(name))}
    assert shown == {parameter for parameter in declared if not parameter.startswith("fault.")}
    assert "autostart" in shown


def test_a_row_says_default_bounds_and_whether_it_is_live():
    bridge = rows(node_table("stretch_bridge"))
    length = "| `step_length_m` | 0.05 | 0.005 to 0.08 | yes | Motion in metres for a translation of length 1"
    assert any(row.startswith(length) for row in bridge)
    assert any(row.startswith("| `mode` | `step` | `step`, `continuous` | yes |") for row in bridge)
    assert any(
        row.startswith("| `bundle` | empty |  |  | Directory of the bundle") for row in rows(node_table("policy"))
    )
    assert any(
        row.startswith("| `scene_seed` | 0 | 0 to 2147483647 | yes |") for row in rows(node_table("stretch_sim"))
    )
    assert {row.count(" | ") for row in (*bridge, *rows(mount_check_table()))} == {4}


def test_every_fault_has_a_row():
    faults = rows(fault_table())
    assert len(faults) == len(FAULT_GUIDE)
    assert any(row.startswith("| `fault.image` | `none`, `stopped`, `black`") for row in faults)
    assert {row.count(" | ") for row in faults} == {3}


def test_every_launch_argument_has_a_row():
    arguments = rows(argument_table(ARGUMENTS))
    assert len(arguments) == len(ARGUMENTS)
    assert any(row.startswith("| `sim` | `false` | `false`, `true`, `standin` | Instead of") for row in arguments)
