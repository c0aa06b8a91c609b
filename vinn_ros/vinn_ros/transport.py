"""Fast DDS settings under which camera images are not lost; one place, for nodes and launch files."""

from __future__ import annotations

import os
from pathlib import Path

from ament_index_python.packages import PackageNotFoundError, get_package_share_directory

#: Read by Fast DDS when a participant is created: the first by version 2 (Humble, Jazzy), the second by 3 (Kilted).
_PROFILES = {"FASTRTPS_DEFAULT_PROFILES_FILE": "fastdds.xml", "FASTDDS_DEFAULT_PROFILES_FILE": "fastdds3.xml"}
PROFILE_VARIABLES = tuple(_PROFILES)


def profile_environment() -> dict[str, str]:
    """Return the environment variables that select our profiles, empty when the user has chosen one.

    The publisher of the images decides: a camera driver started outside our launch files needs these
    variables too.
    """
    if any(os.environ.get(name) for name in PROFILE_VARIABLES):
        return {}
    try:
        config = Path(get_package_share_directory("vinn_ros")) / "config"
    except PackageNotFoundError:
        return {}
    return {variable: str(config / name) for variable, name in _PROFILES.items() if (config / name).exists()}


def use_profile() -> None:
    """Select our profiles in this process. Call before rclpy.init."""
    os.environ.update(profile_environment())
