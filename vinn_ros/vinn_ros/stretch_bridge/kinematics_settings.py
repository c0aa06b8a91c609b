"""Parameters of the stretch_bridge node that the kinematics are made from: description, camera, limits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from vinn_ros.parameters import ParameterSpec, Values
from vinn_training.kinematics import joints
from vinn_training.kinematics.camera_mount import PAPER_TILT_RAD, CameraMount
from vinn_training.kinematics.controller_config import CartesianControllerConfig
from vinn_training.kinematics.limits.workspace_box import WorkspaceBox

_CONTROLLER = CartesianControllerConfig()
_BOX = WorkspaceBox()
_SPEEDS = _CONTROLLER.speeds()

#: What shares a parameter of its largest speed (metres or radians a second), and how large that may be.
_SPEED_GROUPS = (
    ("base", (joints.BASE,), 0.5),
    ("lift", (joints.LIFT,), 0.5),
    ("arm", (joints.EXTENSION,), 0.5),
    ("wrist", joints.WRIST, 4.0),
)

KINEMATICS_PARAMETERS = (
    ParameterSpec(
        "robot_description", _CONTROLLER.description, "Family and tool in the package hello-robot-stretch-urdf."
    ),
    ParameterSpec(
        "urdf_path", "", "The robot's own (calibrated) description; empty takes the topic /robot_description, or else "
        "the parameter robot_description.",
    ),
    ParameterSpec(
        "use_robot_description", True,
        "True takes what is published on /robot_description, where urdf_path is empty; one that comes once the robot "
        "has moved stops it.",
    ),
    ParameterSpec(
        "mesh_folder", "", "Where the meshes of the robot's own description are; those not found there, or beside "
        "urdf_path, are taken from the description that the parameter robot_description names.",
    ),
    ParameterSpec(
        "grasp_link", "", "Link at the point between the fingertips, which the workspace box keeps; empty takes that "
        "of the tool in the description.",
    ),
    ParameterSpec(
        "camera_link", "", "Link that carries the wrist camera; empty takes the body of the tool in the description."
    ),
    ParameterSpec(
        "camera_mount", "tilted", "tilted: above camera_link, along the fingers and tilted down, by camera_tilt_rad, "
        "_height_m and _along_m. measured: by camera_position_m and camera_quaternion_xyzw.",
        choices=("tilted", "measured"),
    ),
    ParameterSpec(
        "camera_position_m", [0.0, 0.0, 0.0], "With camera_mount measured: origin of the camera's optical frame in "
        "camera_link.", length=3, minimum=-1.0, maximum=1.0,
    ),
    ParameterSpec(
        "camera_quaternion_xyzw", [0.0, 0.0, 0.0, 1.0],
        "With camera_mount measured: rotation from the optical frame (x right, y down, z forward) to camera_link.",
        length=4, minimum=-1.01, maximum=1.01,
    ),
    ParameterSpec(
        "camera_tilt_rad", PAPER_TILT_RAD, "Tilt of the camera towards the fingertips.", minimum=-1.5, maximum=1.5
    ),
    ParameterSpec(
        "camera_height_m", 0.11, "Height of the camera above camera_link.", minimum=-0.5, maximum=0.5
    ),
    ParameterSpec(
        "camera_along_m", 0.05, "Distance of the camera from camera_link along the fingers.", minimum=-0.5, maximum=0.5
    ),
    ParameterSpec(
        "gripper_open_rad", _CONTROLLER.gripper_open_rad, "Finger angle of an open gripper.",
        minimum=-0.6, maximum=0.6, live=True,
    ),
    ParameterSpec(
        "gripper_closed_rad", _CONTROLLER.gripper_closed_rad,
        "Finger angle of a closed gripper; below the angle where the tips meet, so that it grips.",
        minimum=-0.6, maximum=0.6, live=True,
    ),
    ParameterSpec(
        "workspace_lower_m", list(_BOX.lower_m),
        "Lower corner of where the fingertips may go, in base_link at the time of enabling (x forward, y left, z up).",
        length=3, minimum=-3.0, maximum=3.0, live=True,
    ),
    ParameterSpec(
        "workspace_upper_m", list(_BOX.upper_m), "Upper corner of the same box.",
        length=3, minimum=-3.0, maximum=3.0, live=True,
    ),
    *(
        ParameterSpec(
            f"max_speed_{name}", _SPEEDS[members[0]],
            f"Largest speed of the {name}: a step, taken to last {_CONTROLLER.step_time_s:g} s, is cut to it.",
            minimum=0.01, maximum=maximum, live=True,
        )
        for name, members, maximum in _SPEED_GROUPS
    ),
    ParameterSpec(
        "max_slide_step_m", _CONTROLLER.max_slide_step_m, "Largest motion of base, lift or arm in one step, metres.",
        minimum=0.001, maximum=0.3, live=True,
    ),
    ParameterSpec(
        "max_wrist_step_rad", _CONTROLLER.max_wrist_step_rad, "Largest motion of a wrist joint in one step.",
        minimum=0.01, maximum=1.0, live=True,
    ),
    ParameterSpec(
        "self_collision", _CONTROLLER.self_collision,
        "Whether motions keep parts of the robot, and the floor, apart. Changes while the bridge is disabled alone.",
        live=True,
    ),
    ParameterSpec(
        "collision_margin_m", _CONTROLLER.collision_margin_m, "How far; changes while the bridge is disabled alone.",
        minimum=0.001, maximum=0.1, live=True,
    ),
    ParameterSpec(
        "camera_radius_m", _CONTROLLER.camera_radius_m, "Radius of a sphere about the camera's optical centre that "
        "covers the camera, 0 for none; changes while the bridge is disabled alone.",
        minimum=0.0, maximum=0.2, live=True,
    ),
)  # fmt: skip


def live_settings(values: Values) -> dict[str, Any]:
    """Return the controller's settings that may change between two steps, by name.

    Raises:
        InvalidInput: If the workspace box is empty.
    """
    lower, upper = values["workspace_lower_m"], values["workspace_upper_m"]
    return {
        "gripper_open_rad": values["gripper_open_rad"],
        "gripper_closed_rad": values["gripper_closed_rad"],
        "workspace": WorkspaceBox((lower[0], lower[1], lower[2]), (upper[0], upper[1], upper[2])),
        "max_slide_step_m": values["max_slide_step_m"],
        "max_wrist_step_rad": values["max_wrist_step_rad"],
        "joint_speeds": tuple(
            (joint, values[f"max_speed_{name}"]) for name, members, _ in _SPEED_GROUPS for joint in members
        ),
    }


def collision_settings(values: Values) -> dict[str, Any]:
    """Return the controller's settings that may change while the robot is stopped, by name."""
    return {name: values[name] for name in ("self_collision", "collision_margin_m", "camera_radius_m")}


def check_kinematics(values: Values) -> None:
    """Raise what is wrong with these parameters, as far as no robot description is needed to tell.

    Raises:
        InvalidInput: If the values do not fit together.
    """
    _without_tool(values, None)
    if values["camera_mount"] == "measured":
        _mount(values, values["camera_link"] or "link")


def controller_config(values: Values, published_xml: str | None = None) -> CartesianControllerConfig:
    """Return the controller's settings, with camera and tool as the robot description has them.

    Args:
        values: The parameters.
        published_xml: The description where it is the one that was published; None for that of the parameters.

    Raises:
        InvalidInput: If the values do not fit together.
        KinematicsError: If the description cannot be read, or has no tool that is known and none is named.
        MissingDependency: If the package with the descriptions, or Pinocchio, is needed and not installed.
    """
    from vinn_training.kinematics.tool_mount import mount_on, tool_links

    config = _without_tool(values, published_xml)
    description = config.robot_description()
    camera_link, grasp_link = values["camera_link"], values["grasp_link"]
    if not (camera_link and grasp_link):
        links = tool_links(description)
        camera_link, grasp_link = camera_link or links.camera_link, grasp_link or links.grasp_link
    if values["camera_mount"] == "measured":
        mount = _mount(values, camera_link)
    else:
        mount = mount_on(
            description, camera_link, values["camera_tilt_rad"], values["camera_height_m"], values["camera_along_m"]
        )
    return replace(config, camera_mount=mount, grasp_link=grasp_link)


def _without_tool(values: Values, published_xml: str | None) -> CartesianControllerConfig:
    return CartesianControllerConfig(
        description=values["robot_description"],
        urdf_path=values["urdf_path"] or None,
        urdf_xml=published_xml,
        mesh_folder=values["mesh_folder"] or None,
        **live_settings(values),
        **collision_settings(values),
    )


def _mount(values: Values, link: str) -> CameraMount:
    return CameraMount.measured(link, values["camera_position_m"], values["camera_quaternion_xyzw"])
