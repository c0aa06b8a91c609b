from __future__ import annotations

import os
import re
from pathlib import Path

from vinn_ros import transport
from vinn_ros.stretch_bridge.config import BridgeConfig
from vinn_ros.transport import PROFILE_VARIABLES, profile_environment

CONFIG = Path(__file__).resolve().parents[2] / "config"
PROFILE = CONFIG / "fastdds.xml"


def test_the_profile_is_ours_unless_the_user_chose_one(monkeypatch):
    for name in PROFILE_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    names = {variable: Path(path).name for variable, path in profile_environment().items()}
    assert names == {
        "FASTRTPS_DEFAULT_PROFILES_FILE": "fastdds.xml",
        "FASTDDS_DEFAULT_PROFILES_FILE": "fastdds3.xml",
    }
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


def test_both_versions_of_fast_dds_get_the_same_by_their_own_words():
    """Version 3 has other names for a writer's times; either refuses a file with a word that it does not know."""
    second, third = (
        re.sub(r"<!--.*?-->", "", (CONFIG / name).read_text(), flags=re.S) for name in ("fastdds.xml", "fastdds3.xml")
    )
    assert "heartbeatPeriod" in second
    assert second.replace("heartbeatPeriod", "heartbeat_period") == third
