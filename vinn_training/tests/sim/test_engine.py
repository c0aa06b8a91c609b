import os
import subprocess
import sys

import pytest

IMPORT = (
    "import sys\n"
    "from vinn_training.exceptions import VinnError\n"
    "{before}\n"
    "try:\n    import vinn_training.sim.engine\n"
    "except VinnError as error:\n    sys.exit(f'{{type(error).__name__}}: {{error}}')\n"
)


def _import_engine(before: str = "", **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT.format(before=before)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": ":".join(path for path in sys.path if path), **environment},
    )
    return done.stderr


@pytest.mark.parametrize("backend", ["", "egl"])
def test_loads_quietly(backend: str) -> None:
    assert _import_engine(MUJOCO_GL=backend) == ""


def test_a_back_end_that_is_not_known_is_named() -> None:
    message = _import_engine(MUJOCO_GL="nonsense")

    assert message.startswith("SimulationError")
    assert "'nonsense'" in message
    assert "libegl1" in message


def test_missing_mujoco_is_a_message() -> None:
    message = _import_engine(before="sys.modules['mujoco'] = None")

    assert message.startswith("MissingDependency")
    assert "pip install 'mujoco" in message
