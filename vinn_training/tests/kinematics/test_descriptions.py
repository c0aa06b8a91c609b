import pytest

from vinn_training.exceptions import KinematicsError
from vinn_training.kinematics.descriptions import (
    DEFAULT_DESCRIPTION,
    RobotDescription,
    description_names,
    description_path,
)


def test_default_description_is_there():
    assert description_path(DEFAULT_DESCRIPTION).read_text().lstrip().startswith("<")


@pytest.mark.parametrize("name", ["RE9/tool_hook", "", "RE1V0"])
def test_unknown_description_lists_the_known_ones(name):
    with pytest.raises(KinematicsError, match="RE1V0/tool_stretch_dex_wrist"):
        description_path(name)


def test_all_three_families_are_there():
    families = {name.split("/")[0] for name in description_names()}
    assert families >= {"RE1V0", "RE2V0", "SE3"}


def test_meshes_of_a_file_are_beside_it_or_where_it_is_said(tmp_path):
    path = tmp_path / "own.urdf"
    path.write_text("<robot name='r'/>")
    assert RobotDescription.from_file(path).mesh_folders[0] == tmp_path
    assert RobotDescription.from_file(path, tmp_path / "other").mesh_folders[0] == tmp_path / "other"
    assert RobotDescription.from_xml("<robot name='r'/>").mesh_folders == ()


def test_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(KinematicsError, match=r"gone\.urdf"):
        RobotDescription.from_file(tmp_path / "gone.urdf")
    (tmp_path / "binary.urdf").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(KinematicsError, match=r"binary\.urdf"):
        RobotDescription.from_file(tmp_path / "binary.urdf")
