import json
from pathlib import Path

import numpy as np
import pytest

from vinn_training.collection.quality import DroppedStep, QualityRecord, read_quality
from vinn_training.exceptions import InvalidDemonstration


def test_the_file_is_plain_json_with_all_that_is_known(tmp_path: Path) -> None:
    record = QualityRecord("a.mp4", state="kept", focal_px=float(np.float32(411.5)), reprojection_error_px=float("nan"))
    record.dropped = [DroppedStep(3, 0.75, "at an end")]
    record.moving_regions = {"frames": np.array([1, 2]), "part": np.float64(0.5)}
    record.write(tmp_path / "demo")
    values = json.loads((tmp_path / "demo" / "quality.json").read_text(), parse_constant=pytest.fail)

    assert values["focal_px"] == 411.5
    assert values["reprojection_error_px"] is None
    assert values["dropped"] == [{"frame": 3, "time_s": 0.75, "reason": "at an end"}]
    assert values["moving_regions"] == {"frames": [1, 2], "part": 0.5}
    assert read_quality(tmp_path / "demo") == values


def test_a_folder_without_report_is_none(tmp_path: Path) -> None:
    assert read_quality(tmp_path) is None


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 9}'])
def test_bad_files_are_refused_by_name(text: str, tmp_path: Path) -> None:
    (tmp_path / "quality.json").write_text(text)
    with pytest.raises(InvalidDemonstration, match=r"quality\.json"):
        read_quality(tmp_path)
