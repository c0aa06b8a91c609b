import sys
from pathlib import Path

import pytest

from vinn_training.kinematics.controller import CartesianController

sys.path.insert(0, str(Path(__file__).parent))  # world.py, in pytest's importlib mode


@pytest.fixture(scope="session")
def controller() -> CartesianController:
    return CartesianController()
