import pytest

from vinn_training.exceptions import KinematicsError
from vinn_training.kinematics.descriptions import DEFAULT_DESCRIPTION, description_path


def test_default_description_is_there():
    assert description_path(DEFAULT_DESCRIPTION).read_text().lstrip().startswith("<")


@pytest.mark.parametrize("name", ["RE9/tool_hook", "", "RE1V0"])
def test_unknown_description_lists_the_known_ones(name):
    with pytest.raises(KinematicsError, match="RE1V0/tool_stretch_dex_wrist"):
        description_path(name)
