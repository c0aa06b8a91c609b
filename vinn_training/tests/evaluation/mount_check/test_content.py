import json
from dataclasses import replace

import numpy as np

from vinn_training.evaluation.mount_check.content import report_content
from vinn_training.evaluation.mount_check.jog import ORDER, Jog
from vinn_training.evaluation.mount_check.report import MountReport, judge


def test_holds_what_was_asked_done_expected_and_seen(kitchen_report: MountReport) -> None:
    content = json.loads(json.dumps(report_content(kitchen_report), allow_nan=False))

    assert content["verdict"] == "consistent"
    assert content["fit"]["nearest_axes"] == np.eye(3, dtype=int).tolist()
    assert content["max_off_deg"] == max(motion["off_deg"] for motion in content["motions"])
    assert content["action_scale"]["values"] == [0.8, 0.8, 0.8]
    for name, motion in zip(ORDER, content["motions"], strict=True):
        assert motion["name"] == name
        assert motion["asked_mm"] == 25.0
        assert 23.0 < np.linalg.norm(motion["moved_base_mm"]) < 27.0
        assert np.dot(motion["expected"], motion["seen"]) > 0.98
        assert motion["agreeing"] <= motion["moving"] <= motion["points"]


def test_what_could_not_be_told_is_null_and_has_its_reason(kitchen_jogs: list[Jog]) -> None:
    frozen = judge([replace(jog, after=jog.before) for jog in kitchen_jogs])
    content = json.loads(json.dumps(report_content(frozen), allow_nan=False))

    assert content["verdict"] == "unknown"
    assert content["fit"] is None
    assert content["max_off_deg"] is None
    assert content["action_scale"]["values"] is None
    assert all(motion["seen"] is None and "frozen" in motion["problem"] for motion in content["motions"])
