"""Parameters of the stretch_bridge node."""

from __future__ import annotations

from vinn_ros.parameters import ParameterSpec, Values
from vinn_ros.stretch_bridge.core import BridgeConfig
from vinn_ros.stretch_bridge.motion import MotionTolerances
from vinn_training.contracts import WRIST_CAMERA_OPTICAL_FRAME
from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics.camera_mount import GRIPPER_LINK, PAPER_TILT_RAD, CameraMount
from vinn_training.kinematics.controller_config import CartesianControllerConfig
from vinn_training.kinematics.limits.workspace_box import WorkspaceBox

#: Gripper body of the newer tools; its axes are those of GRIPPER_LINK.
_SG3_GRIPPER_LINK = "link_gripper_s3_body"

_CONTROLLER = CartesianControllerConfig()
_BOX = WorkspaceBox()
_BRIDGE = BridgeConfig()
_TOLERANCES = MotionTolerances()


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
    ParameterSpec(
        "robot_description", _CONTROLLER.description, "Family and tool in the package hello-robot-stretch-urdf."
    ),
    ParameterSpec("urdf_path", "", "The robot's own (calibrated) description; empty takes robot_description."),
    ParameterSpec(
        "camera_link", "", "Link that carries the wrist camera; empty takes the gripper body of the tool."
    ),
    ParameterSpec(
        "camera_tilt_rad", PAPER_TILT_RAD, "Tilt of the camera towards the fingertips.", minimum=-1.5, maximum=1.5
    ),
    ParameterSpec(
        "camera_height_m", 0.11, "Height of the camera above the gripper body.", minimum=-0.5, maximum=0.5
    ),
    ParameterSpec(
        "camera_along_m", 0.05, "Distance of the camera in front of the gripper body.", minimum=-0.5, maximum=0.5
    ),
    ParameterSpec(
        "gripper_open_rad", _CONTROLLER.gripper_open_rad, "Finger angle of an open gripper.", minimum=-0.6, maximum=0.6
    ),
    ParameterSpec(
        "gripper_closed_rad", _CONTROLLER.gripper_closed_rad,
        "Finger angle of a closed gripper; below the angle where the tips meet, so that it grips.",
        minimum=-0.6, maximum=0.6,
    ),
    ParameterSpec(
        "workspace_lower_m", list(_BOX.lower_m),
        "Lower corner of where the fingertips may go, in base_link at the time of enabling (x forward, y left, z up).",
        length=3, minimum=-3.0, maximum=3.0,
    ),
    ParameterSpec(
        "workspace_upper_m", list(_BOX.upper_m), "Upper corner of the same box.", length=3, minimum=-3.0, maximum=3.0
    ),
)  # fmt: skip


def bridge_config(values: Values) -> BridgeConfig:
    """Return the core's settings.

    Raises:
        InvalidInput: If the camera frame is empty.
    """
    if not values["camera_frame"]:
        raise InvalidInput(f"camera_frame is empty; expected a frame such as '{WRIST_CAMERA_OPTICAL_FRAME}'")
    return BridgeConfig(
        step_length_m=values["step_length_m"],
        max_image_age_s=values["max_image_age_s"],
        max_action_age_s=values["max_action_age_s"],
        max_joint_state_age_s=values["max_joint_state_age_s"],
        max_status_age_s=values["max_status_age_s"],
        auto_resume=values["auto_resume"],
        camera_frame=values["camera_frame"],
        tolerances=MotionTolerances(timeout_s=values["step_timeout_s"]),
        tool="" if values["urdf_path"] else values["robot_description"].partition("/")[2],
    )


def controller_config(values: Values) -> CartesianControllerConfig:
    """Return the controller's settings.

    Raises:
        InvalidInput: If the values do not fit together.
    """
    gripper_link = _SG3_GRIPPER_LINK if "sg3" in values["robot_description"] else GRIPPER_LINK
    mount = CameraMount.tilted_down(
        tilt_rad=values["camera_tilt_rad"],
        height_m=values["camera_height_m"],
        along_fingers_m=values["camera_along_m"],
        parent_link=values["camera_link"] or gripper_link,
    )
    lower, upper = values["workspace_lower_m"], values["workspace_upper_m"]
    return CartesianControllerConfig(
        description=values["robot_description"],
        urdf_path=values["urdf_path"] or None,
        camera_mount=mount,
        gripper_open_rad=values["gripper_open_rad"],
        gripper_closed_rad=values["gripper_closed_rad"],
        workspace=WorkspaceBox((lower[0], lower[1], lower[2]), (upper[0], upper[1], upper[2])),
    )
