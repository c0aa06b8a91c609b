from __future__ import annotations

from rclpy.qos import QoSProfile

from vinn_ros import qos
from vinn_ros.documentation.qos_profiles import name_of, profiles, table_of_profiles


def test_a_profile_is_named_by_what_it_asks_for():
    assert {name: name_of(profile) for name, profile in profiles().items()} == {name: name for name in profiles()}
    assert name_of(QoSProfile(depth=10)) == "STREAM"
    assert name_of(QoSProfile(depth=3)) == "reliable, volatile, last 3"


def test_the_table_has_the_reasons_that_stand_in_the_code():
    rows = {row.split("`")[1]: row for row in table_of_profiles().splitlines() if row.startswith("| `")}
    assert {"IMAGE", "STREAM", "ROBOT_STATE", "LATCHED", "RECORDED_IMAGE"} <= set(rows)
    assert rows["IMAGE"].startswith("| `IMAGE` | best effort | volatile | last 10 | Camera images: best effort matches")
    assert "the executor is busy at 30 Hz; the encoder still takes the newest. |" in rows["IMAGE"]
    assert "| transient local | last 1 | Facts that a late joiner must still get" in rows["LATCHED"]
    assert qos.LATCHED.depth == 1
