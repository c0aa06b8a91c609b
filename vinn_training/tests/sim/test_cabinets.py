import pytest

from vinn_training.exceptions import SimulationError
from vinn_training.sim import textures
from vinn_training.sim.cabinets import HELD_OUT_CABINETS, TRAINING_CABINETS, cabinet_named

ALL = TRAINING_CABINETS + HELD_OUT_CABINETS


def test_no_held_out_cabinet_is_in_training() -> None:
    assert len(TRAINING_CABINETS) >= 9
    assert len(HELD_OUT_CABINETS) >= 4
    looks = [(cabinet.front, cabinet.finish) for cabinet in ALL]
    assert len({cabinet.name for cabinet in ALL}) == len(set(looks)) == len(ALL)


@pytest.mark.parametrize("cabinet", ALL, ids=lambda cabinet: cabinet.name)
def test_is_drawable_and_its_signs_lie_on_the_door(cabinet) -> None:
    assert cabinet_named(cabinet.name) is cabinet
    assert cabinet.finish in textures.FINISHES
    low, high = 0.55 - cabinet.door_m[1] / 2, 0.55 + cabinet.door_m[1] / 2
    assert low + 0.07 < cabinet.handle_height_m < high - 0.07
    assert cabinet.signs
    for sign in cabinet.signs:
        assert sign.pattern in textures.PATTERNS
        assert sign.from_handle_m[0] - sign.size_m[0] / 2 > 0.02
        assert sign.from_handle_m[0] + sign.size_m[0] / 2 < 0.35
        assert low < cabinet.handle_height_m + sign.from_handle_m[1] - sign.size_m[1] / 2
        assert cabinet.handle_height_m + sign.from_handle_m[1] + sign.size_m[1] / 2 < high


def test_an_unknown_name_lists_the_known() -> None:
    with pytest.raises(SimulationError, match=r"'teak'.*oak.*held_out_cherry"):
        cabinet_named("teak")
