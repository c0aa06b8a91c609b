"""Opens a door: perception, policy and bridge, with a real or a simulated Stretch.

ros2 launch vinn_ros door_opening.launch.py sim:=true bundle:=runs/demo/bundle
"""

from launch.actions import (
    DeclareLaunchArgument,
    IncludeLaunchDescription,
    LogInfo,
    OpaqueFunction,
    SetEnvironmentVariable,
)
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.substitutions import FindPackageShare

from launch import LaunchContext, LaunchDescription
from vinn_ros.graph import ARGUMENTS, Graph, NodeSpec, door_opening_graph


def _actions(context: LaunchContext) -> list:
    values = {argument.name: LaunchConfiguration(argument.name).perform(context) for argument in ARGUMENTS}
    return _to_launch(door_opening_graph(values))


def _to_launch(graph: Graph) -> list:
    actions: list = [LogInfo(msg=note) for note in graph.notes]
    actions += [SetEnvironmentVariable(name, value) for name, value in graph.environment.items()]
    for include in graph.includes:
        path = PathJoinSubstitution([FindPackageShare(include.package), "launch", include.launch_file])
        actions.append(
            IncludeLaunchDescription(
                PythonLaunchDescriptionSource(path), launch_arguments=dict(include.arguments).items()
            )
        )
    actions += [_process(spec, graph.respawn) for spec in graph.nodes]
    return actions


def _process(spec: NodeSpec, respawn: bool) -> Node:
    if spec.parts:  # a name, parameters or remappings given to the process would be those of all its nodes
        its_own = {"ros_arguments": spec.part_arguments()}
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
        **its_own,
    )


def generate_launch_description() -> LaunchDescription:
    """Return the graph of vinn_ros.graph as launch actions."""
    declared = [
        DeclareLaunchArgument(
            argument.name,
            default_value=argument.default,
            description=argument.description,
            choices=list(argument.choices) or None,
        )
        for argument in ARGUMENTS
    ]
    return LaunchDescription([*declared, OpaqueFunction(function=_actions)])
