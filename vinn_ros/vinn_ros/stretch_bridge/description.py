"""Which robot description the bridge uses: a file, what the robot publishes, or the nominal one by name."""

from __future__ import annotations

from dataclasses import dataclass

from vinn_ros.parameters import Values

TOPIC = "/robot_description"


@dataclass(frozen=True)
class ChosenDescription:
    """A robot description and where it is from.

    Attributes:
        source: For log and diagnostics.
        urdf_path: Its file, or None.
        urdf_xml: Its text as published, or None.
    """

    source: str
    urdf_path: str | None = None
    urdf_xml: str | None = None


def choose(values: Values, published_xml: str | None) -> ChosenDescription:
    """Return the description to use: `urdf_path`, else what is published, else the one named `robot_description`.

    Args:
        values: The bridge's parameters.
        published_xml: What was heard on the topic, or None.
    """
    if values["urdf_path"]:
        return ChosenDescription(f"file {values['urdf_path']}", urdf_path=values["urdf_path"])
    if values["use_robot_description"] and published_xml is not None:
        return ChosenDescription(f"topic {TOPIC}", urdf_xml=published_xml)
    why = f" (nothing on {TOPIC})" if values["use_robot_description"] else ""
    return ChosenDescription(f"{values['robot_description']} of the package hello-robot-stretch-urdf{why}")


def remedy(chosen: ChosenDescription) -> str:
    """Return what to do about a description that cannot be used, or nothing where the description's name says it."""
    if chosen.urdf_xml is None:
        return ""
    return (
        f"; it was published on {TOPIC}: publish this robot's own there, set the parameter robot_description to its "
        "family and tool (for the meshes), set urdf_path to a file, or set use_robot_description to false"
    )


class DescriptionWatch:
    """Remembers what was published, and for how long the bridge waits for that before it takes something else.

    Args:
        is_used: Whether what is published is used at all.
        wait_s: How long after the start.
    """

    def __init__(self, is_used: bool, wait_s: float) -> None:
        self._is_used = is_used
        self._wait_s = wait_s
        self._until_s: float | None = None
        self.xml: str | None = None

    def start(self, now_s: float) -> None:
        """Begin to wait, where there is something to wait for."""
        self._until_s = now_s + self._wait_s if self._is_used and self.xml is None else None

    def hear(self, xml: str) -> bool:
        """Take what was published; return whether it is used and new."""
        self._until_s = None
        is_new = self._is_used and xml != self.xml
        self.xml = xml
        return is_new

    def waiting(self, now_s: float) -> str | None:
        """Return what is waited for, or None."""
        if self._until_s is None or now_s >= self._until_s:
            self._until_s = None
            return None
        return f"waiting for {TOPIC} for {self._until_s - now_s:.1f} s more"
