"""One simulated robot for many tests: compiling a scene and starting OpenGL take most of their time."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # table_scenes.py, in pytest's importlib mode

from vinn_training.exceptions import SimulationError
from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.push_task import PushTask
from vinn_training.sim.scene import SceneConfig
from vinn_training.sim.stretch_sim import StretchSim
from vinn_training.sim.table_sim import TableSim

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


@pytest.fixture(scope="session")
def shared_table() -> Iterator[TableSim]:
    """A simulated table with small pictures; each test resets it to its scene."""
    with TableSim(PushTask().scene("training", 0), CameraConfig(width_px=48, height_px=48)) as sim:
        yield sim


@pytest.fixture(scope="session")
def table_opengl(shared_table: TableSim) -> None:
    """Skip where pictures cannot be drawn, with the reason that users are given."""
    try:
        shared_table.render_wrist()
    except SimulationError as error:
        pytest.skip(str(error))
