from __future__ import annotations

import os
import re
from pathlib import Path

from vinn_ros import transport
from vinn_ros.stretch_bridge.config import BridgeConfig
from vinn_ros.transport import PROFILE_VARIABLES, profile_environment

PROFILE = Path(__file__).resolve().parents[2] / "config" / "fastdds.xml"


def test_the_profile_is_ours_unless_the_user_chose_one(monkeypatch):
    for name in PROFILE_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert {Path(path).name for path in profile_environment().values()} == {PROFILE.name}
    monkeypatch.setenv(PROFILE_VARIABLES[0], "/mine.xml")
    assert profile_environment() == {}
    transport.use_profile()
    assert PROFILE_VARIABLES[1] not in os.environ


def test_a_lost_embedding_is_asked_for_long_before_the_bridge_gives_up():
    """Every writer takes the default profile; a repair is a heartbeat, a request and an answer."""
    writer = re.search(r'<data_writer [^>]*is_default_profile="true">(.*?)</data_writer>', PROFILE.read_text(), re.S)
    assert writer is not None
    period = re.search(r"<heartbeatPeriod>\s*<sec>(\d+)</sec>\s*<nanosec>(\d+)</nanosec>", writer[1])
    assert period is not None
    assert 0.0 < int(period[1]) + 1e-9 * int(period[2]) <= BridgeConfig().max_action_age_s / 4
