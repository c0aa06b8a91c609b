"""Parameters of the stretch_bridge node."""

from __future__ import annotations

from vinn_ros.parameters import ParameterSpec, Values
from vinn_ros.stretch_bridge.config import BridgeConfig
from vinn_ros.stretch_bridge.contact import GROUPS
from vinn_ros.stretch_bridge.kinematics_settings import KINEMATICS_PARAMETERS, check_kinematics, controller_config
from vinn_ros.stretch_bridge.motion import MotionTolerances
from vinn_ros.stretch_bridge.outputs.choose import INTERFACES, OutputConfig
from vinn_ros.stretch_bridge.outputs.goal_plan import SPACING_S
from vinn_training.contracts import WRIST_CAMERA_OPTICAL_FRAME
from vinn_training.exceptions import InvalidInput

__all__ = [
    "PARAMETERS",
    "bridge_config",
    "check",
    "controller_config",
    "max_efforts",
    "output_config",
]


_BRIDGE = BridgeConfig()
_TOLERANCES = MotionTolerances()
_OUTPUT = OutputConfig()


def _age(name: str, default: float, what: str) -> ParameterSpec:
    return ParameterSpec(
        name, default, f"Stop when {what} is older than this, in seconds.", minimum=0.05, maximum=10.0, live=True
    )


PARAMETERS = (
    ParameterSpec(
        "enabled_on_start", False, "True allows motion as soon as the node is active; otherwise call ~/enable."
    ),
    ParameterSpec(
        "auto_resume", _BRIDGE.auto_resume, "True lets good input end a stop; false waits for ~/enable.", live=True
    ),
    ParameterSpec(
        "mode", _BRIDGE.mode, "step: one prediction, one motion, then a picture taken after it. continuous: a motion "
        "that every picture corrects and none ends.", choices=("step", "continuous"), live=True,
    ),
    ParameterSpec(
        "continuous_speed_m_s", _BRIDGE.continuous_speed_m_s,
        "Speed of the camera for a translation of length 1, in continuous mode; never exceeded.",
        minimum=0.002, maximum=0.3, live=True,
    ),
    ParameterSpec(
        "command_period_s", _BRIDGE.command_period_s, "Time between two commands of a continuous motion or of a pose; "
        f"at least {SPACING_S} s where interface is not streaming. Less is smoother, if the driver keeps up.",
        minimum=0.02, maximum=0.5, live=True,
    ),
    ParameterSpec(
        "interface", _OUTPUT.interface, "How motions are sent: streaming (the Stretch driver's /joint_pose_cmd), "
        "follow_joint_trajectory (the driver's action server; needs the package control_msgs), joint_trajectory (a "
        "topic of a ros2_control robot).",
        choices=INTERFACES,
    ),
    ParameterSpec(
        "set_up_driver", True, "True lets the bridge switch the driver to position mode and activate streaming; false "
        "says which service a person must call.",
    ),
    ParameterSpec(
        "trajectory_topic", _OUTPUT.trajectory_topic, "With interface joint_trajectory: the controller's topic."
    ),
    ParameterSpec(
        "trajectory_joints", list(_OUTPUT.trajectory_joints), "With interface joint_trajectory: every joint of the "
        "controller, as NAME, or NAME=ITS_NAME where the robot calls it otherwise; joint_arm_l0 to l3 may stand for "
        "wrist_extension, translate_mobile_base is the base's sliding joint.",
    ),
    ParameterSpec(
        "trajectory_slide_mps", _OUTPUT.slide_mps, "Speed of lift, arm and base in a trajectory.",
        minimum=0.01, maximum=0.5,
    ),
    ParameterSpec(
        "trajectory_turn_radps", _OUTPUT.turn_radps, "Speed of wrist, head and fingers in a trajectory.",
        minimum=0.05, maximum=4.0,
    ),
    ParameterSpec(
        "step_length_m", _BRIDGE.step_length_m, "Motion in metres for a translation of length 1.",
        minimum=0.005, maximum=0.08, live=True,
    ),
    _age("max_image_age_s", _BRIDGE.max_image_age_s, "the image of the newest action"),
    _age("max_action_age_s", _BRIDGE.max_action_age_s, "the newest action"),
    _age("max_joint_state_age_s", _BRIDGE.max_joint_state_age_s, "the newest joint state or odometry"),
    _age("max_status_age_s", _BRIDGE.max_status_age_s, "the driver's mode"),
    ParameterSpec(
        "step_timeout_s", _TOLERANCES.timeout_s, "A motion counts as over after this many seconds.",
        minimum=0.5, maximum=10.0, live=True,
    ),
    ParameterSpec("camera_frame", WRIST_CAMERA_OPTICAL_FRAME, "Frame in which actions must be given."),
    *KINEMATICS_PARAMETERS,
    *(
        ParameterSpec(
            f"max_effort_{group}", 0.0, f"Stop when the {group}'s effort in joint states, in the driver's own unit, is "
            "larger than this either way; 0 for never.", minimum=0.0, maximum=1e6, live=True,
        )
        for group in GROUPS
    ),
)  # fmt: skip


def bridge_config(values: Values, tools: tuple[str, ...] = ()) -> BridgeConfig:
    """Return the core's settings.

    Args:
        values: The parameters.
        tools: The tools that the kinematics are for, as the driver names them; empty for any.

    Raises:
        InvalidInput: If the camera frame is empty.
    """
    if not values["camera_frame"]:
        raise InvalidInput(f"camera_frame is empty; expected a frame such as '{WRIST_CAMERA_OPTICAL_FRAME}'")
    return BridgeConfig(
        mode=values["mode"],
        step_length_m=values["step_length_m"],
        continuous_speed_m_s=values["continuous_speed_m_s"],
        # Goals that come too early are dropped, and with them the base's increments.
        command_period_s=max(values["command_period_s"], 0.0 if values["interface"] == "streaming" else SPACING_S),
        max_image_age_s=values["max_image_age_s"],
        max_action_age_s=values["max_action_age_s"],
        max_joint_state_age_s=values["max_joint_state_age_s"],
        max_status_age_s=values["max_status_age_s"],
        auto_resume=values["auto_resume"],
        camera_frame=values["camera_frame"],
        tolerances=MotionTolerances(timeout_s=values["step_timeout_s"]),
        tools=tools,
    )


def output_config(values: Values) -> OutputConfig:
    """Return how motions are sent.

    Raises:
        InvalidInput: If the topic is empty.
    """
    return OutputConfig(
        interface=values["interface"],
        trajectory_topic=values["trajectory_topic"],
        trajectory_joints=tuple(values["trajectory_joints"]),
        slide_mps=values["trajectory_slide_mps"],
        turn_radps=values["trajectory_turn_radps"],
    )


def max_efforts(values: Values) -> dict[str, float]:
    """Return the threshold of each group of joints, 0 for none."""
    return {group: values[f"max_effort_{group}"] for group in GROUPS}


def check(values: Values) -> None:
    """Raise what is wrong with the parameters, as far as no robot description is needed to tell.

    Raises:
        InvalidInput: If the values do not fit together.
    """
    bridge_config(values)
    check_kinematics(values)
