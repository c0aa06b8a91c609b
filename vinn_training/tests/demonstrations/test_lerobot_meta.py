import json
from fractions import Fraction

import numpy as np
import pytest

from vinn_training.demonstrations.lerobot_meta import describe, tasks_table

pytest.importorskip("pyarrow")


def test_the_description_counts_and_names() -> None:
    columns = {"action": np.zeros((3, 4), dtype=np.float32), "vinn.time_s": np.zeros(3), "index": np.arange(3)}
    info = describe("observation.images.wrist", (48, 63), Fraction(15, 2), [3, 5], columns)
    json.dumps(info)
    assert (info["total_episodes"], info["total_frames"], info["fps"], info["splits"]) == (2, 8, 7.5, {"train": "0:2"})
    assert info["features"]["observation.images.wrist"]["info"]["video.pix_fmt"] == "yuv444p"
    assert info["features"]["action"]["shape"] == [4]
    assert info["features"]["vinn.time_s"] == {"dtype": "float64", "shape": [1], "names": ["time_s"]}
    assert info["features"]["index"] == {"dtype": "int64", "shape": [1], "names": None}
    path = info["video_path"].format(video_key="observation.images.wrist", chunk_index=1, file_index=2)
    assert path == "videos/observation.images.wrist/chunk-001/file-002.mp4"


def test_tasks_are_the_index_of_a_pandas_table() -> None:
    table = tasks_table(["open the door", "close it"])
    assert table["task_index"].to_pylist() == [0, 1]
    (index,) = json.loads(table.schema.metadata[b"pandas"])["index_columns"]
    assert table[index].to_pylist() == ["open the door", "close it"]
