"""Where the Stretch's robot descriptions are found."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from vinn_training.exceptions import KinematicsError, MissingDependency

DEFAULT_DESCRIPTION = "RE1V0/tool_stretch_dex_wrist"


def description_path(name: str) -> Path:
    """Return the URDF of a description in `hello-robot-stretch-urdf`.

    Args:
        name: Family and tool, for example `RE1V0/tool_stretch_dex_wrist`.

    Raises:
        MissingDependency: If the package is not installed.
        KinematicsError: If it has no such description; the message lists those it has.
    """
    try:
        root = Path(str(resources.files("stretch_urdf")))
    except ModuleNotFoundError as error:
        raise MissingDependency(
            "the Stretch's description needs the package 'hello-robot-stretch-urdf'; "
            "install it with: pip install 'vinn_training[kinematics]'"
        ) from error
    family, _, tool = name.partition("/")
    path = root / family / f"stretch_description_{family}_{tool}.urdf"
    if not path.is_file():
        known = sorted(
            f"{file.parent.name}/{file.stem.removeprefix(f'stretch_description_{file.parent.name}_')}"
            for file in root.glob("*/stretch_description_*.urdf")
        )
        raise KinematicsError(f"no Stretch description '{name}'; expected one of {', '.join(known)}")
    return path
