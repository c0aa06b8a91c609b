"""Evaluates a bag with the real nodes, where ROS's launch tool is absent.

`ros2 run vinn_ros offline_evaluation bag:=BAG bundle:=DIRECTORY output:=DIRECTORY`, with the arguments of
offline_evaluation.launch.py.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from vinn_ros.bringup import Bringup
from vinn_ros.launch_words import asks_for_help, own_words, parse_arguments, usage
from vinn_ros.offline_evaluation.plan import ARGUMENTS, Plan, offline_evaluation
from vinn_ros.own_domain import own_domain
from vinn_ros.stop_request import StopRequest
from vinn_training.child_process import end_with_parent
from vinn_training.exceptions import InvalidInput, VinnError

EXIT_MISTAKE = 2
EXIT_INTERRUPTED = 130
_POLL_S = 0.2


def run(plan: Plan, logs: Path, stop: StopRequest) -> int:
    """Start the nodes, play the bag, end the nodes, write the report, and return the exit status.

    Args:
        plan: What to run.
        logs: Folder for the nodes' output.
        stop: Ends the evaluation early, without a report.

    Raises:
        VinnError: If a node cannot start, or ends before the bag does.
        InvalidInput: If the folder cannot be made.
    """
    try:
        logs.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"{logs}: cannot be made: {error.strerror or error}; choose another output") from error
    with own_domain(), Bringup(plan.graph, logs) as bringup:
        status = _run(plan.play, bringup, plan, stop)
        if stop.is_set():
            return EXIT_INTERRUPTED
        if status != 0:
            raise VinnError(f"the player ended with status {status}; see above, and the nodes' output in {logs}")
    return subprocess.run(plan.report, check=False).returncode


def _run(command: Sequence[str], bringup: Bringup, plan: Plan, stop: StopRequest) -> int:
    process = subprocess.Popen(
        command, env={**os.environ, **plan.graph.environment}, stdin=subprocess.DEVNULL, start_new_session=True,
        preexec_fn=end_with_parent,
    )  # fmt: skip
    try:
        while process.poll() is None and not stop.is_set():
            bringup.poll()
            try:
                process.wait(timeout=_POLL_S)
            except subprocess.TimeoutExpired:
                continue
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait()
    return process.returncode


def main() -> int:
    """Entry point of `ros2 run vinn_ros offline_evaluation`."""
    words = own_words(sys.argv)
    if asks_for_help(words):
        print(usage("offline_evaluation", ARGUMENTS))
        return 0
    stop = StopRequest()
    stop.install()
    stop.at_once = False
    try:
        values = parse_arguments(words)
        plan = offline_evaluation(values)
        return run(plan, Path(values["output"]) / "logs", stop)
    except VinnError as error:
        print(f"offline_evaluation: {error}", file=sys.stderr)
        return EXIT_MISTAKE


if __name__ == "__main__":
    sys.exit(main())
