from dataclasses import replace

import pytest

from vinn_training.exceptions import InvalidInput, SimulationError
from vinn_training.sim.table_scene import Circle, TableScene, TableThing

THING = TableThing("box", 0.06, 0.05, 0.04, "plain", (0.2, 0.3, 0.6), (0.0, 0.0, 0.0), 0.0, 0.65)
SCENE = TableScene("beech", (THING,), Circle(0.0, 0.80, 0.05, (0.8, 0.1, 0.1)))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"shape": "ball"}, "shape is 'ball'.*box, cylinder, prism"),
        ({"finish": "velvet"}, "finish is 'velvet'.*wood"),
        ({"away_m": 1.2}, "away_m is 1.2; expected 0.55 to 0.92"),
        ({"height_m": float("nan")}, "height_m is nan"),
        ({"mass_kg": 0.0}, "mass_kg is 0.0"),
    ],
)
def test_a_thing_that_cannot_be_is_refused_by_name(changes: dict, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        replace(THING, **changes)


def test_a_circle_off_the_places_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"circle: radius_m is 0\.5"):
        Circle(0.0, 0.8, 0.5, (1.0, 0.0, 0.0))


def test_a_scene_that_cannot_be_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match="nothing on the table"):
        replace(SCENE, things=())
    with pytest.raises(InvalidInput, match=r"lateral_offset_m is 0\.5"):
        replace(SCENE, lateral_offset_m=0.5)
    with pytest.raises(InvalidInput, match="appearance_seed is -1"):
        replace(SCENE, appearance_seed=-1)
    with pytest.raises(SimulationError, match="unknown table"):
        replace(SCENE, look="none such")
    assert SCENE.name == "beech/box/0"
