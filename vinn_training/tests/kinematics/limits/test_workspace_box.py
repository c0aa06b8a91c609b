import numpy as np
import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics.limits.workspace_box import WorkspaceBox

BOX = WorkspaceBox((-1.0, -1.0, 0.1), (1.0, -0.2, 1.0))


def test_point_inside_is_unchanged():
    point, lines = BOX.clamp(np.array([0.0, -0.5, 0.5]))
    np.testing.assert_array_equal(point, [0.0, -0.5, 0.5])
    assert lines == ()


def test_every_face_in_the_way_is_named():
    point, lines = BOX.clamp(np.array([2.0, -0.5, 0.0]))
    np.testing.assert_array_equal(point, [1.0, -0.5, 0.1])
    assert lines == ("workspace upper x face at 1 m", "workspace lower z face at 0.1 m")


@pytest.mark.parametrize("lower", [(2.0, -1.0, 0.1), (float("nan"), -1.0, 0.1)])
def test_empty_box_is_refused(lower):
    with pytest.raises(InvalidInput, match="workspace box"):
        WorkspaceBox(lower, (1.0, -0.2, 1.0))
