import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.folder_lock import LOCK_FILE, FolderLock


def test_a_second_process_is_refused_and_told_who_has_the_folder(tmp_path: Path) -> None:
    with (
        FolderLock(tmp_path / "out", "`vinn tune`"),
        pytest.raises(InvalidInput, match=f"`vinn tune` \\(process {os.getpid()}\\) is writing there"),
    ):
        FolderLock(tmp_path / "out", "`vinn trials`")
    with FolderLock(tmp_path / "out", "it"):
        assert (tmp_path / "out" / LOCK_FILE).read_text() == f"it (process {os.getpid()})\n"


def test_a_process_that_died_locks_nothing(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from vinn_training.folder_lock import FolderLock\n"
        "lock = FolderLock(Path(sys.argv[1]), 'it')\n"
        "os._exit(9)"
    )
    path = os.pathsep.join([str(Path(__file__).resolve().parents[1]), *filter(None, sys.path)])
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], env={**os.environ, "PYTHONPATH": path}, check=False
    )
    assert done.returncode == 9
    FolderLock(tmp_path, "it").close()


def test_a_child_process_does_not_keep_it(tmp_path: Path) -> None:
    with FolderLock(tmp_path, "it"):
        child = subprocess.Popen(
            [sys.executable, "-c", "input(1)"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, close_fds=False
        )
        assert child.stdout is not None
        assert child.stdout.read(1) == b"1"  # it runs
    try:
        FolderLock(tmp_path, "it").close()
    finally:
        child.communicate(b"\n")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput, match="out: cannot be written"):
        FolderLock(tmp_path / "file" / "out", "it")


def test_a_full_disk_is_told_and_locks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int, data: bytes, offset: int) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", full)
        with pytest.raises(InvalidInput, match="cannot be written: No space left on device"):
            FolderLock(tmp_path, "it")
    FolderLock(tmp_path, "it").close()
