import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from vinn_training.evaluation.mount_check.drawing import draw_jog, write_check
from vinn_training.evaluation.mount_check.jog import ORDER
from vinn_training.evaluation.mount_check.report import MountReport
from vinn_training.exceptions import InvalidInput


def test_arrows_are_drawn_where_points_moved(kitchen_report: MountReport) -> None:
    report = kitchen_report
    result = report.results[4]
    picture = draw_jog(result, report.mask)
    scale = picture.shape[1] / result.jog.before.shape[1]
    plain = cv2.resize(result.jog.before, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    changed = (picture != plain).any(axis=2)
    ends = np.rint((result.picture.second_px[result.picture.agreeing] + 0.5) * scale).astype(int)
    inside = ((ends >= 0) & (ends < picture.shape[0] - 30)).all(axis=1)

    assert picture.dtype == np.uint8
    assert changed[ends[inside, 1], ends[inside, 0]].mean() > 0.95


def test_writes_all_pictures_and_the_numbers(kitchen_report: MountReport, tmp_path: Path) -> None:
    paths = write_check(tmp_path / "out" / "check", kitchen_report)
    content = json.loads(paths[0].read_text())

    assert len(paths) == 1 + 3 * 6
    assert content["verdict"] == "consistent"
    assert [motion["name"] for motion in content["motions"]] == list(ORDER)
    assert all(0.0 <= motion["off_deg"] < 10.0 for motion in content["motions"])
    after = cv2.cvtColor(cv2.imread(str(tmp_path / "out" / "check" / "0_minus_z_after.png")), cv2.COLOR_BGR2RGB)
    np.testing.assert_array_equal(after, kitchen_report.results[0].jog.after)


def test_a_folder_that_cannot_be_made_is_a_users_mistake(kitchen_report: MountReport, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput, match="cannot be written"):
        write_check(tmp_path / "file" / "check", kitchen_report)
