import json
from pathlib import Path

import numpy as np

from vinn_training.demonstrations.dataset_info import DatasetInfo
from vinn_training.demonstrations.labels import read_labels


def test_columns_and_time_order(tmp_path: Path) -> None:
    labels = {f"frame_{index}.jpg": [0, 1, 0, index, 2, 3, index % 4] for index in (100, 20, 3)}
    (tmp_path / "labels.json").write_text(json.dumps(labels))
    table = read_labels(tmp_path, DatasetInfo())
    assert table.frame_names == ("frame_3.jpg", "frame_20.jpg", "frame_100.jpg")
    np.testing.assert_array_equal(table.rotations_rad, [[3, -3, 2], [20, -3, 2], [100, -3, 2]])
    np.testing.assert_allclose(table.gripper, [1, 0, 0])
    np.testing.assert_array_equal(table.directions, [[0, 0, 1]] * 3)
