import math

from vinn_msgs.action import RunEpisode
from vinn_msgs.msg import GripperState
from vinn_ros.run_episode.printer import Printer

FEEDBACK = RunEpisode.Feedback


def report(state, step=0, reason="", distance=math.nan, gripper=GripperState.UNKNOWN):
    return FEEDBACK(
        state=state, step=step, reason=reason, distance=distance, distance_quantile=distance / 10,
        gripper=GripperState(state=gripper),
    )  # fmt: skip


def test_a_line_for_each_change_and_each_step(capsys):
    printer = Printer()
    for message in (
        report(FEEDBACK.GOING_TO_START_POSE),
        report(FEEDBACK.GOING_TO_START_POSE),
        report(FEEDBACK.RUNNING),
        report(FEEDBACK.RUNNING, 1, distance=4.0, gripper=GripperState.OPEN),
        report(FEEDBACK.RUNNING, 1, distance=4.5, gripper=GripperState.OPEN),
        report(FEEDBACK.HELD, 1, "policy holds: unfamiliar image"),
        report(FEEDBACK.RUNNING, 2, gripper=GripperState.CLOSED),
    ):
        printer.show(message)
    assert capsys.readouterr().out.splitlines() == [
        "going to the start pose",
        "running",
        "step 1: gripper open, nearest demonstration frame at 4 (quantile 0.40)",
        "held: policy holds: unfamiliar image",
        "running",
        "step 2: gripper closed",
    ]
