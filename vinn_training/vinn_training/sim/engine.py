"""The one place that imports MuJoCo, so that a missing or broken installation gives a message."""

from __future__ import annotations

import os

from vinn_training.exceptions import MissingDependency, SimulationError

#: Debian and Ubuntu packages that off-screen rendering needs.
GL_PACKAGES = ("libegl1", "libegl-mesa0", "libgl1-mesa-dri", "libgles2")

#: Said wherever OpenGL turns out to be unusable.
GL_HINT = (
    f"install the system packages with: apt-get install {' '.join(GL_PACKAGES)}; "
    "or set MUJOCO_GL=osmesa and install libosmesa6"
)

try:
    import mujoco
except ImportError as error:
    raise MissingDependency(
        f"the simulator needs MuJoCo, which cannot be imported ({error}); install it with: pip install 'mujoco>=3.3'"
    ) from error
except (RuntimeError, AttributeError, OSError) as error:
    # MuJoCo loads the OpenGL back end named by MUJOCO_GL while it is imported.
    raise SimulationError(
        f"MuJoCo cannot load its OpenGL back end with MUJOCO_GL={os.environ.get('MUJOCO_GL', '')!r}: {error}; {GL_HINT}"
    ) from error

__all__ = ["GL_HINT", "GL_PACKAGES", "mujoco"]
