from pathlib import Path

import pytest

from vinn_training.demonstrations.reader import open_dataset
from vinn_training.exceptions import InvalidDemonstration


def test_what_is_no_data_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidDemonstration, match="no such file or folder"):
        open_dataset(tmp_path / "nowhere")
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(InvalidDemonstration, match=r"notes\.txt: no data set in a known format; expected one of: "):
        open_dataset(tmp_path / "notes.txt")
