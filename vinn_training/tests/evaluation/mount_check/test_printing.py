from dataclasses import replace

from simulated import PICTURES, seen_as

from vinn_training.evaluation.mount_check.jog import ORDER, Jog
from vinn_training.evaluation.mount_check.printing import report_text
from vinn_training.evaluation.mount_check.report import MountReport, judge


def test_says_each_motion_the_verdict_and_c(kitchen_report: MountReport) -> None:
    text = report_text(kitchen_report)

    assert [line.split()[0] for line in text.splitlines()[1:7]] == list(ORDER)
    assert "camera mount: CONSISTENT (all axes within" in text
    assert "c (action_scale of the policy): [0.80, 0.80, 0.80]" in text


def test_says_what_is_wrong_and_what_to_do(kitchen_jogs: list[Jog]) -> None:
    text = report_text(judge(seen_as(kitchen_jogs, PICTURES["upside down"][0])))

    assert "camera mount: WRONG" in text
    assert "upside down" in text
    assert "to do: " in text
    assert "no suggestion" in text


def test_says_why_it_cannot_tell(kitchen_jogs: list[Jog]) -> None:
    text = report_text(judge([replace(jog, after=jog.before, clipped=("a limit",)) for jog in kitchen_jogs]))

    assert "camera mount: CANNOT TELL\n" in text
    assert "is the camera frozen?" in text
    assert "a limit" in text
