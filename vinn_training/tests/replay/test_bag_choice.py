from __future__ import annotations

import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.replay.bag_choice import only_bag


def test_a_bag_its_file_and_a_folder_with_one_bag_are_taken(bag, tmp_path):
    bag.action(0.0)
    path = bag.write(tmp_path / "session" / "monday")
    (file,) = path.glob("*.db3")
    assert only_bag(path).files == only_bag(file).files == only_bag(tmp_path / "session").files == (file,)


def test_anything_else_is_refused(bag, tmp_path):
    with pytest.raises(InvalidInput, match="no such file or folder"):
        only_bag(tmp_path / "nothing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InvalidInput, match="no bag"):
        only_bag(tmp_path / "empty")
    bag.action(0.0)
    bag.write(tmp_path / "two" / "one")
    bag.write(tmp_path / "two" / "other")
    with pytest.raises(InvalidInput, match=r"holds 2 bags; give one of them: .*/one, .*/other"):
        only_bag(tmp_path / "two")
