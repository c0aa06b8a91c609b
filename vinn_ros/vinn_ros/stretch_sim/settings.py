"""Parameters of the stretch_sim node."""

from __future__ import annotations

from vinn_ros.parameters import ParameterSpec, Values
from vinn_ros.stretch_sim.core import choose_scene
from vinn_training.kinematics.driver_vector import LAYOUTS
from vinn_training.sim.scene import CONDITIONS, SceneConfig
from vinn_training.sim.scene_sets import SCENE_SET_NAMES

_EFFECT = " Takes effect at the next ~/reset."

PARAMETERS = (
    ParameterSpec(
        "cabinets", SCENE_SET_NAMES[0], "Which cabinets to draw from." + _EFFECT, choices=SCENE_SET_NAMES, live=True
    ),
    ParameterSpec(
        "scene_seed", 0, "Draws cabinet, light, textures, hinge and start." + _EFFECT,
        minimum=0, maximum=2**31 - 1, live=True,
    ),
    ParameterSpec(
        "draw_lateral_offset", True, "True lets scene_seed draw the start along the cabinet's front." + _EFFECT,
        live=True,
    ),
    ParameterSpec(
        "lateral_offset_m", 0.0, "Start along the front in metres, where draw_lateral_offset is false." + _EFFECT,
        minimum=-0.15, maximum=0.15, live=True,
    ),
    ParameterSpec(
        "condition", "none", "What is covered with paper, as in Table II of the paper." + _EFFECT,
        choices=tuple(CONDITIONS), live=True,
    ),
    ParameterSpec("tool", "tool_stretch_dex_wrist", "End-of-arm tool that the driver reports.", choices=tuple(LAYOUTS)),
    ParameterSpec("homed", True, "Whether the robot is homed at the start."),
    ParameterSpec("image_width", 224, "Width of the wrist camera's picture in pixels.", minimum=16, maximum=1920),
    ParameterSpec("image_height", 224, "Height of the wrist camera's picture in pixels.", minimum=16, maximum=1920),
    ParameterSpec("image_rate_hz", 15.0, "Rate of the wrist camera.", minimum=0.5, maximum=60.0),
    ParameterSpec(
        "overview_rate_hz", 2.0, "Rate of overview/image_raw, while somebody listens.", minimum=0.1, maximum=30.0
    ),
    ParameterSpec("state_rate_hz", 50.0, "Rate of joint_states and odom.", minimum=10.0, maximum=200.0),
)  # fmt: skip


def scene_from(values: Values) -> SceneConfig:
    """Return the scene that these parameter values name.

    Raises:
        InvalidInput: If they do not fit together.
    """
    lateral_offset_m = None if values["draw_lateral_offset"] else values["lateral_offset_m"]
    return choose_scene(values["cabinets"], values["scene_seed"], lateral_offset_m, values["condition"])
