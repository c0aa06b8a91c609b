"""Where the Stretch's robot description comes from: the robot itself, a file, or `hello-robot-stretch-urdf`."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from vinn_training.exceptions import KinematicsError, MissingDependency

DEFAULT_DESCRIPTION = "RE1V0/tool_stretch_dex_wrist"


@dataclass(frozen=True)
class RobotDescription:
    """A URDF and where its meshes are.

    Attributes:
        name: What messages call it.
        xml: The URDF.
        mesh_folders: Where mesh files are looked for, in this order, by relative path and then by file name.
    """

    name: str
    xml: str
    mesh_folders: tuple[Path, ...] = ()

    @classmethod
    def from_file(cls, path: Path, mesh_folder: Path | None = None) -> RobotDescription:
        """Return the description in a file; its meshes are beside it unless `mesh_folder` says where.

        Raises:
            KinematicsError: If the file cannot be read.
        """
        try:
            xml = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise KinematicsError(f"cannot read the robot description '{path}': {error}") from error
        folders = (path.parent, path.parent / "meshes")
        return cls(path.name, xml, (mesh_folder, *folders) if mesh_folder else folders)

    @classmethod
    def from_xml(cls, xml: str, mesh_folder: Path | None = None, name: str = "robot_description") -> RobotDescription:
        """Return a description that was published, for example on `/robot_description`."""
        return cls(name, xml, (mesh_folder,) if mesh_folder else ())

    @classmethod
    def from_package(cls, name: str) -> RobotDescription:
        """Return a description of `hello-robot-stretch-urdf`; see `description_path`.

        Raises:
            MissingDependency: If the package is not installed.
            KinematicsError: If it has no such description.
        """
        return cls.from_file(description_path(name))


def description_path(name: str) -> Path:
    """Return the URDF of a description in `hello-robot-stretch-urdf`.

    Args:
        name: Family and tool, for example `RE1V0/tool_stretch_dex_wrist`.

    Raises:
        MissingDependency: If the package is not installed.
        KinematicsError: If it has no such description; the message lists those it has.
    """
    root = _package_root()
    family, _, tool = name.partition("/")
    path = root / family / f"stretch_description_{family}_{tool}.urdf"
    if not path.is_file():
        raise KinematicsError(f"no Stretch description '{name}'; expected one of {', '.join(description_names())}")
    return path


def description_names() -> tuple[str, ...]:
    """Return the descriptions in `hello-robot-stretch-urdf`, family and tool.

    Raises:
        MissingDependency: If the package is not installed.
    """
    return tuple(
        sorted(
            f"{file.parent.name}/{file.stem.removeprefix(f'stretch_description_{file.parent.name}_')}"
            for file in _package_root().glob("*/stretch_description_*.urdf")
        )
    )


def _package_root() -> Path:
    try:
        return Path(str(resources.files("stretch_urdf")))
    except ModuleNotFoundError as error:
        raise MissingDependency(
            "the Stretch's description needs the package 'hello-robot-stretch-urdf'; "
            "install it with: pip install 'vinn_training[kinematics]'"
        ) from error
