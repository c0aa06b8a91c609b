"""Opens a door: perception, policy and bridge, with a real or a simulated Stretch.

ros2 launch vinn_ros door_opening.launch.py sim:=true bundle:=runs/demo/bundle
"""

from launch.actions import (
    IncludeLaunchDescription,
    LogInfo,
    OpaqueFunction,
    SetEnvironmentVariable,
)
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.substitutions import FindPackageShare

from launch import LaunchContext, LaunchDescription
from vinn_ros.graph import ARGUMENTS, Graph, door_opening_graph
from vinn_ros.launch_actions import declare, node_action


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
    actions += [node_action(spec, graph.respawn) for spec in graph.nodes]
    return actions


def generate_launch_description() -> LaunchDescription:
    """Return the graph of vinn_ros.graph as launch actions."""
    return LaunchDescription([*declare(ARGUMENTS), OpaqueFunction(function=_actions)])
