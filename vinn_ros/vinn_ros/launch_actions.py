"""Our processes as actions of ROS's launch tool; imported by launch files only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from launch.actions import DeclareLaunchArgument
from launch_ros.actions import Node

from vinn_ros.entry_points import END_WITH_PARENT
from vinn_ros.graph import Argument, NodeSpec


def declare(arguments: Sequence[Argument]) -> list[DeclareLaunchArgument]:
    """Return the declarations that `--show-args` lists."""
    return [
        DeclareLaunchArgument(
            argument.name,
            default_value=argument.default,
            description=argument.description,
            choices=list(argument.choices) or None,
        )
        for argument in arguments
    ]


def node_action(spec: NodeSpec, respawn: bool) -> Node:
    """Return the process of a node, or of several nodes in one."""
    if spec.parts:  # a name, parameters or remappings given to the process would be those of all its nodes
        its_own: dict[str, Any] = {"ros_arguments": spec.part_arguments()}
    else:
        its_own = {
            "name": spec.name,
            "parameters": [*spec.parameter_files, dict(spec.parameters)],
            "remappings": list(spec.remappings),
        }
    return Node(
        package=spec.package,
        executable=spec.executable,
        output="screen",
        respawn=respawn,
        respawn_delay=1.0,
        additional_env={END_WITH_PARENT: "1"},
        **its_own,
    )
