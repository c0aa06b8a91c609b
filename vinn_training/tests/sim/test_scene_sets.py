import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.sim.scene_sets import SCENE_SET_NAMES, check_draw


def test_what_no_scene_can_be_drawn_from_is_refused() -> None:
    for name in SCENE_SET_NAMES:
        check_draw(name, 0)
    with pytest.raises(InvalidInput, match=r"'other'.*training, held-out"):
        check_draw("other")
    with pytest.raises(InvalidInput, match="-1"):
        check_draw("training", -1)
