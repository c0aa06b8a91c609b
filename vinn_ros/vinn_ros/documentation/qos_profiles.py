"""The profiles of vinn_ros.qos: their names, and their table."""

from __future__ import annotations

import inspect
import re

from rclpy.qos import QoSProfile

from vinn_ros import qos
from vinn_ros.documentation.markdown import table

_ASSIGNMENT = re.compile(r"([A-Z_]+) = ")


def profiles() -> dict[str, QoSProfile]:
    """Return the named profiles in the order of the code."""
    return {name: item for name, item in vars(qos).items() if isinstance(item, QoSProfile)}


def name_of(profile: QoSProfile) -> str:
    """Return the name of a profile, or its content where it has none."""
    content = _content(profile)
    names = [name for name, item in profiles().items() if _content(item) == content]
    return names[0] if names else ", ".join(content)


def table_of_profiles() -> str:
    """Return the table of the profiles, each with the reason that stands above it in the code."""
    reasons = _reasons()
    rows = [(f"`{name}`", *_content(item), reasons.get(name, "")) for name, item in profiles().items()]
    return table(("profile", "reliability", "durability", "kept", "why"), rows)


def _content(profile: QoSProfile) -> tuple[str, str, str]:
    reliability, durability = (
        item.name.lower().replace("_", " ") for item in (profile.reliability, profile.durability)
    )
    return reliability, durability, f"last {profile.depth}"


def _reasons() -> dict[str, str]:
    """Return the comment above each profile; profiles without a line between them share one."""
    found, comment, is_over = {}, "", True
    for line in inspect.getsource(qos).splitlines():
        if line.startswith("#: "):
            comment = line.removeprefix("#: ") if is_over else f"{comment} {line.removeprefix('#: ')}"
            is_over = False
        elif match := _ASSIGNMENT.match(line):
            found[match[1]] = comment
            is_over = True
        elif not line:
            comment, is_over = "", True
    return found
