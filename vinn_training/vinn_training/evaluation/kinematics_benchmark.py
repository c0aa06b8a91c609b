"""How long the inverse kinematics takes, over motions all through the robot's workspace.

`python -m vinn_training.evaluation.kinematics_benchmark` prints the table.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from numpy.typing import NDArray

from vinn_training.evaluation.benchmark import Row, to_markdown
from vinn_training.exceptions import InvalidInput, MissingDependency, VinnError

#: One with the dex wrist, one without, and the newest with its heavier gripper.
DESCRIPTIONS = ("RE1V0/tool_stretch_dex_wrist", "RE1V0/tool_stretch_gripper", "SE3/eoa_wrist_dw3_tool_sg3")

_FINGER_RAD = 0.05
_MAX_SLIDE_STEP_M = 0.15
_MAX_WRIST_STEP_RAD = 0.35

#: What is solved for: any pose that the joints' largest steps may lead to, wrist turns of 20 degrees a joint included,
#: and what the bridge asks for, a translation of at most 8 cm with the camera's orientation held.
KINDS = ("any pose", "bridge's step")
_BRIDGE_STEP_M = 0.08


def inverse_kinematics_rows(description: str = DESCRIPTIONS[0], targets: int = 1000, repetitions: int = 3) -> list[Row]:
    """Time one solve, self-collision included, of targets one step away from random configurations.

    Starts are anywhere in the joint ranges, free of self-collision. Targets that are reached and targets that are not
    (a collision or the end of a joint is in the way, and the nearest motion is looked for) have a row each. Each
    target's time is the thread's own on its core, the least of the repetitions: what another process on the machine
    takes is not the solver's.

    Args:
        description: Family and tool in `hello-robot-stretch-urdf`.
        targets: Number of targets of each of `KINDS`.
        repetitions: Timed solves of each.

    Returns:
        One or two rows for each of `KINDS`; their `ours` has p50, p99 and n.

    Raises:
        MissingDependency: If Pinocchio or another package of the kinematics is not installed.
        KinematicsError: If there is no such description.
        InvalidInput: If a number is not positive.
    """
    if targets < 1 or repetitions < 1:
        raise InvalidInput(f"{targets} targets, {repetitions} repetitions; expected 1 or more of each")
    rows = []
    for kind in KINDS:
        times_ms, is_reached = _solve_times_ms(description, targets, repetitions, kind)
        for group, times in (("reached", times_ms[is_reached]), ("not reached", times_ms[~is_reached])):
            if len(times):
                rows.append(_row(f"inverse kinematics {description}, {kind}, {group}", times, repetitions))
    return rows


def _row(name: str, times_ms: NDArray[np.float64], repetitions: int) -> Row:
    return Row(
        row=name,
        ours={
            "p50": round(float(np.median(times_ms)), 4),
            "p99": round(float(np.percentile(times_ms, 99)), 4),
            "n": len(times_ms),
        },
        peer=None,
        peer_name="",
        ratio=None,
        unit="ms",
        repetitions=repetitions,
        spread={"ours": [float(value) for value in np.percentile(times_ms, [10, 90])]},
    )


def _solve_times_ms(
    description: str, targets: int, repetitions: int, kind: str = KINDS[0]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    try:
        from vinn_training.kinematics import joints
        from vinn_training.kinematics.collision.collision_model import CollisionModel
        from vinn_training.kinematics.descriptions import RobotDescription
        from vinn_training.kinematics.inverse_kinematics import InverseKinematics
        from vinn_training.kinematics.limits.position_limit import PositionLimit
        from vinn_training.kinematics.limits.step_limit import StepLimit
        from vinn_training.kinematics.robot_model import RobotModel
        from vinn_training.kinematics.tool_mount import mount_on, tool_links
    except ModuleNotFoundError as error:
        raise MissingDependency(
            f"the kinematics row needs '{error.name}'; install it with: pip install 'vinn_training[kinematics]'"
        ) from error
    robot_description = RobotDescription.from_package(description)
    tool = tool_links(robot_description)
    robot = RobotModel(robot_description, mount_on(robot_description, tool.camera_link), tool.grasp_link)
    names = robot.joint_names
    lower, upper = np.array(robot.model.lowerPositionLimit), np.array(robot.model.upperPositionLimit)
    steps = np.array([_MAX_WRIST_STEP_RAD if name in joints.WRIST else _MAX_SLIDE_STEP_M for name in names])
    collision = CollisionModel(robot)
    solver = InverseKinematics(robot, PositionLimit(names, lower, upper), StepLimit(names, steps), collision=collision)
    rng = np.random.default_rng(0)
    times_s = np.full((targets, repetitions), np.inf)
    is_reached = np.zeros(targets, dtype=bool)
    for index, row in enumerate(times_s):
        start = rng.uniform(lower, upper)
        while collision.distances_m(start, _FINGER_RAD).min() < collision.margin_m:
            start = rng.uniform(lower, upper)
        if kind == KINDS[0]:
            target = robot.camera_pose(np.clip(start + rng.uniform(-1.0, 1.0, len(names)) * steps, lower, upper))
        else:
            target = robot.camera_pose(start)
            direction = rng.normal(size=3)
            way_m = rng.uniform(0.0, _BRIDGE_STEP_M)
            target.translation = target.translation + way_m * direction / np.linalg.norm(direction)
        for repetition in range(repetitions):
            began_s = time.thread_time()
            is_reached[index] = solver.solve(start, target, (_FINGER_RAD,)).success
            row[repetition] = time.thread_time() - began_s
    return 1e3 * times_s.min(axis=1), is_reached


def main() -> int:
    """Print the table; return the exit status."""
    try:
        rows = [row for description in DESCRIPTIONS for row in inverse_kinematics_rows(description)]
    except VinnError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(to_markdown(rows), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
