import os
import subprocess
import sys
from pathlib import Path

import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.tuning.folder_lock import LOCK_FILE, locked_folder


def test_a_second_tuner_is_refused_and_told_who_has_the_folder(tmp_path: Path) -> None:
    with (
        locked_folder(tmp_path / "out"),
        pytest.raises(InvalidInput, match=f"process {os.getpid()}\\) is writing there"),
        locked_folder(tmp_path / "out"),
    ):
        pass
    with locked_folder(tmp_path / "out"):
        assert (tmp_path / "out" / LOCK_FILE).read_text() == f"{os.getpid()}\n"


def test_a_tuner_that_died_locks_nothing(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from vinn_training.tuning.folder_lock import locked_folder\n"
        "with locked_folder(Path(sys.argv[1])): os._exit(9)"
    )
    path = os.pathsep.join([str(Path(__file__).resolve().parents[2]), *filter(None, sys.path)])
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], env={**os.environ, "PYTHONPATH": path}, check=False
    )
    assert done.returncode == 9
    with locked_folder(tmp_path):
        pass


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput, match="cannot be written"), locked_folder(tmp_path / "file" / "out"):
        pass
