from __future__ import annotations

import pytest

from vinn_ros.trial_node.lock import DirectoryLock
from vinn_training.exceptions import InvalidInput


def test_one_holds_it_until_it_lets_go(tmp_path):
    lock = DirectoryLock(tmp_path / "new")
    with pytest.raises(InvalidInput, match="used by another trial node"):
        DirectoryLock(tmp_path / "new")
    lock.close()
    DirectoryLock(tmp_path / "new").close()
