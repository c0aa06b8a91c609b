"""One simulated robot for many tests: compiling a scene and starting OpenGL take most of their time."""

from collections.abc import Iterator

import pytest

from vinn_training.exceptions import SimulationError
from vinn_training.sim.scene import SceneConfig
from vinn_training.sim.stretch_sim import StretchSim

OAK = SceneConfig(cabinet="oak", appearance_seed=5)


@pytest.fixture(scope="session")
def shared_sim() -> Iterator[StretchSim]:
    with StretchSim(OAK) as sim:
        yield sim


@pytest.fixture
def sim(shared_sim: StretchSim) -> StretchSim:
    """The shared simulation, reset."""
    shared_sim.reset(OAK)
    return shared_sim


@pytest.fixture(scope="session")
def opengl(shared_sim: StretchSim) -> None:
    """Skip where pictures cannot be drawn, with the reason that users are given."""
    try:
        shared_sim.render_wrist()
    except SimulationError as error:
        pytest.skip(str(error))
