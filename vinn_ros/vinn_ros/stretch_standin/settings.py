"""Parameters of the stretch_standin node: its start, its rates, and one live parameter for each fault."""

from __future__ import annotations

from vinn_ros.image_publisher import JPEG_QUALITY
from vinn_ros.parameters import ParameterSpec, Values
from vinn_ros.stretch_standin.faults import BOUNDS, CHOICES, FAULT_GUIDE, HEALTHY, Faults
from vinn_training.kinematics.driver_vector import LAYOUTS

#: Faults are parameters of this namespace: `ros2 param set /stretch_standin fault.image black`.
PREFIX = "fault."


def _fault(name: str) -> ParameterSpec:
    note = FAULT_GUIDE[name]
    low, high = BOUNDS.get(name, (None, None))
    return ParameterSpec(
        PREFIX + name,
        getattr(HEALTHY, name),
        f"Imitates {note.imitates}. A bridge must: {note.bridge_must}.",
        minimum=low, maximum=high, choices=CHOICES.get(name, ()), live=True,
    )  # fmt: skip


PARAMETERS = (
    ParameterSpec("seed", 0, "Draws the picture, its noise and what is lost.", minimum=0, maximum=2**31 - 1),
    ParameterSpec("tool", "tool_stretch_dex_wrist", "End-of-arm tool that the driver reports.", choices=tuple(LAYOUTS)),
    ParameterSpec("homed", True, "Whether the robot is homed at the start."),
    ParameterSpec("image_width", 64, "Width of the wrist camera's picture in pixels.", minimum=16, maximum=1920),
    ParameterSpec("image_height", 64, "Height of the wrist camera's picture in pixels.", minimum=16, maximum=1920),
    ParameterSpec("image_rate_hz", 30.0, "Rate of the wrist camera.", minimum=0.5, maximum=60.0),
    JPEG_QUALITY,
    ParameterSpec("state_rate_hz", 50.0, "Rate of joint_states and odom.", minimum=10.0, maximum=200.0),
    *(_fault(name) for name in FAULT_GUIDE),
)


def faults_from(values: Values) -> Faults:
    """Return the faults that these parameter values name.

    Raises:
        InvalidInput: If a value cannot be used.
    """
    return Faults(**{name: values[PREFIX + name] for name in FAULT_GUIDE})
