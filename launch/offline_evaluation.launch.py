"""Evaluates a bag with the real nodes: plays it, records their answers, and writes the report when it ends.

ros2 launch vinn_ros offline_evaluation.launch.py bag:=BAG bundle:=DIRECTORY output:=DIRECTORY
"""

import signal
from collections.abc import Callable

from launch.actions import (
    EmitEvent,
    ExecuteProcess,
    LogInfo,
    OpaqueFunction,
    RegisterEventHandler,
    SetEnvironmentVariable,
)
from launch.event_handlers import OnProcessExit
from launch.events import Shutdown, matches_action
from launch.events.process import ProcessExited, SignalProcess
from launch.substitutions import LaunchConfiguration

from launch import LaunchContext, LaunchDescription
from vinn_ros.launch_actions import declare, node_action
from vinn_ros.offline_evaluation.plan import ARGUMENTS, Plan, offline_evaluation


def _actions(context: LaunchContext) -> list:
    values = {argument.name: LaunchConfiguration(argument.name).perform(context) for argument in ARGUMENTS}
    return _to_launch(offline_evaluation(values))


def _to_launch(plan: Plan) -> list:
    nodes = {spec.name: node_action(spec, plan.graph.respawn) for spec in plan.graph.nodes}
    play, report = (ExecuteProcess(cmd=list(command), output="screen") for command in (plan.play, plan.report))
    recorder = nodes["recorder"]
    close_bag = EmitEvent(event=SignalProcess(signal_number=signal.SIGINT, process_matcher=matches_action(recorder)))
    done = [LogInfo(msg=f"report: {plan.report_file}"), EmitEvent(event=Shutdown(reason="the report is written"))]
    # One after the other; a step that fails ends the launch.
    steps = [(play, [close_bag]), (recorder, [report]), (report, done)]
    watched = {id(step) for step, _ in steps}
    return [
        *(SetEnvironmentVariable(name, value) for name, value in plan.graph.environment.items()),
        *(RegisterEventHandler(OnProcessExit(target_action=step, on_exit=_then(after))) for step, after in steps),
        *(
            RegisterEventHandler(OnProcessExit(target_action=node, on_exit=_then([])))
            for node in nodes.values()
            if id(node) not in watched
        ),
        *nodes.values(),
        play,
    ]


def _then(actions: list) -> Callable[[ProcessExited, LaunchContext], list]:
    """Return what goes on with `actions` when a process ended well, and ends the launch when it did not."""

    def proceed(event: ProcessExited, context: LaunchContext) -> list:
        if context.is_shutdown:
            return []
        if event.returncode == 0 and actions:
            return actions
        return [EmitEvent(event=Shutdown(reason=f"{event.process_name} ended with status {event.returncode}"))]

    return proceed


def generate_launch_description() -> LaunchDescription:
    """Return what vinn_ros.offline_evaluation.plan says as launch actions."""
    return LaunchDescription([*declare(ARGUMENTS), OpaqueFunction(function=_actions)])
