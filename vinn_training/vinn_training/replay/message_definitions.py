"""The definitions of vinn_msgs for bags that carry none: ROS 2 Humble's sqlite3 bags name their types only.

The .msg files of the package are the only place that knows the messages. Where vinn_msgs is installed they lie in its
share folder; in a checkout they lie beside this package.
"""

from __future__ import annotations

import os
from pathlib import Path

from vinn_training.demonstrations.bag_storage import Bag
from vinn_training.exceptions import InvalidDemonstration, InvalidInput

PACKAGE = "vinn_msgs"

_SEPARATOR = "=" * 80


def complete_definitions(bag: Bag, folder: Path | None = None) -> str:
    """Give the bag's topics of vinn_msgs the definitions that it does not carry itself.

    Args:
        bag: Its topics are changed.
        folder: With the .msg files; None looks for them in the environment and beside this package.

    Returns:
        A note for people, or "" where nothing was missing.

    Raises:
        InvalidDemonstration: If definitions are missing and cannot be found.
        InvalidInput: If `folder` holds no definitions.
    """
    lacking = [
        topic
        for topic in bag.topics.values()
        if topic.type.startswith(f"{PACKAGE}/") and topic.refs and not topic.definition
    ]
    if not lacking:
        return ""
    names = ", ".join(sorted(topic.name for topic in lacking))
    chosen = folder or _find_folder()
    if chosen is None:
        raise InvalidDemonstration(
            f"{bag.path}: does not define the messages of {names} (ROS 2 Humble's sqlite3 bags do not), and the "
            f"definitions of {PACKAGE} are not on this machine: source a workspace with {PACKAGE}, or name the folder "
            "with its .msg files by the option 'messages'"
        )
    definitions = _read_definitions(chosen)
    for topic in lacking:
        name = topic.type.rsplit("/", 1)[-1]
        if name not in definitions:
            raise InvalidDemonstration(
                f"{bag.path}: {topic.name} is {topic.type}, which neither the bag nor {chosen} defines"
            )
        topic.definition = _with_nested(name, definitions)
    return f"the bag does not define the messages of {names}; their definitions are taken from {chosen}"


def _find_folder() -> Path | None:
    """Return the folder of the .msg files in a sourced ROS environment or in this checkout."""
    prefixes = [Path(prefix) for prefix in os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep) if prefix]
    installed = [prefix / "share" / PACKAGE / "msg" for prefix in prefixes]
    checkout = Path(__file__).resolve().parents[3] / PACKAGE / "msg"
    return next((folder for folder in (*installed, checkout) if folder.is_dir()), None)


def _read_definitions(folder: Path) -> dict[str, str]:
    definitions = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.msg"))}
    if not definitions:
        raise InvalidInput(f"{folder}: holds no .msg file; expected the definitions of {PACKAGE}")
    return definitions


def _with_nested(name: str, definitions: dict[str, str]) -> str:
    """Return a definition followed by the package's others, as bags that carry definitions write it."""
    others = [f"{_SEPARATOR}\nMSG: {PACKAGE}/{other}\n{text}" for other, text in definitions.items() if other != name]
    return "\n".join([definitions[name], *others])
