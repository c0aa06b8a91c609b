"""Segments of killed processes go, those of living ones stay."""

from __future__ import annotations

import fcntl
import os
import signal

from std_msgs.msg import Bool

from vinn_ros import shared_memory
from vinn_ros.shared_memory import remove_abandoned_segments


def test_only_segments_whose_lock_nobody_holds_are_removed(tmp_path):
    for name in ("held", "free", "port7411"):
        (tmp_path / f"fastrtps_{name}").write_bytes(b"segment")
        (tmp_path / f"fastrtps_{name}_el").touch()
    (tmp_path / "other").touch()
    with open(tmp_path / "fastrtps_held_el") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert remove_abandoned_segments(tmp_path, young_s=1000.0) == 0  # one may be just about to be locked
        assert remove_abandoned_segments(tmp_path, young_s=-1.0) == 1
    left = {path.name.removesuffix("_el") for path in tmp_path.iterdir()}
    assert left == {"fastrtps_held", "fastrtps_port7411", "other"}


def test_fast_dds_holds_the_lock_while_its_process_lives(ros):
    def segments():
        return {path.name for path in shared_memory._FOLDER.glob("fastrtps_*_el") if "port" not in path.name}

    before = segments()
    ros.start("recorder")
    ros.wait_for(lambda: "/recorder" in [f"/{name}" for name in ros.node.get_node_names()], "the recorder")
    own = segments() - before
    assert own
    for name in own:
        os.utime(shared_memory._FOLDER / name, (0, 0))  # old enough
    remove_abandoned_segments()
    assert own <= segments()
    assert ros.processes["recorder"].poll() is None
    ros.stop("recorder", signal.SIGKILL)
    assert own <= segments()  # left behind
    remove_abandoned_segments()
    assert not own & segments()
    assert ros.node.create_publisher(Bool, "still_working", 1) is not None
