"""The check's motions in the simulated kitchen, made once: compiling a scene takes most of the time."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # simulated.py, in pytest's importlib mode

from vinn_training.evaluation.mount_check.jog import Jog
from vinn_training.evaluation.mount_check.report import MountReport, judge
from vinn_training.exceptions import SimulationError
from vinn_training.kinematics.controller import CartesianController
from vinn_training.sim.scene import held_out_scene
from vinn_training.sim.stretch_sim import StretchSim


@pytest.fixture(scope="session")
def kitchen() -> Iterator[StretchSim]:
    """A simulation that can draw."""
    with StretchSim(held_out_scene(1)) as sim:
        try:
            sim.render_wrist()
        except SimulationError as error:
            pytest.skip(str(error))
        yield sim


@pytest.fixture(scope="session")
def kitchen_jogs(kitchen: StretchSim) -> list[Jog]:
    """All motions with a camera that is mounted as the controller believes, seen by a noisy webcam."""
    from simulated import make_jogs

    kitchen.reset(held_out_scene(1))
    return make_jogs(kitchen, CartesianController(), webcam_seed=1)


@pytest.fixture(scope="session")
def kitchen_report(kitchen_jogs: list[Jog]) -> MountReport:
    """What is said of them."""
    return judge(kitchen_jogs)
