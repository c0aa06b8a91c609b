"""Fast DDS settings under which camera images are not lost; one place, for nodes and launch files."""

from __future__ import annotations

import os
from pathlib import Path

from ament_index_python.packages import PackageNotFoundError, get_package_share_directory

#: Read by Fast DDS when a participant is created; the first name is Humble's and Jazzy's, the second newer.
PROFILE_VARIABLES = ("FASTRTPS_DEFAULT_PROFILES_FILE", "FASTDDS_DEFAULT_PROFILES_FILE")


def profile_environment() -> dict[str, str]:
    """Return the environment variables that select our profile, empty when the user has chosen one.

    The publisher of the images decides: a camera driver started outside our launch files needs these
    variables too.
    """
    if any(os.environ.get(name) for name in PROFILE_VARIABLES):
        return {}
    try:
        profile = Path(get_package_share_directory("vinn_ros")) / "config" / "fastdds.xml"
    except PackageNotFoundError:
        return {}
    return {name: str(profile) for name in PROFILE_VARIABLES} if profile.exists() else {}


def use_profile() -> None:
    """Select our profile in this process. Call before rclpy.init."""
    os.environ.update(profile_environment())
