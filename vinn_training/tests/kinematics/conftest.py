"""What the tests of the kinematics share: robots by description, and collision checkers of them."""

from __future__ import annotations

import functools

import pytest

from vinn_training.kinematics.controller import CartesianController
from vinn_training.kinematics.descriptions import RobotDescription
from vinn_training.kinematics.robot_model import RobotModel
from vinn_training.kinematics.tool_mount import mount_on, tool_links

from .controller_states import states
from .mesh_checker import checker_of

#: Every model with every kind of tool: dex wrist, plain wrist, and the newer wrist with and without a gripper.
DESCRIPTIONS = (
    "RE1V0/tool_stretch_dex_wrist",
    "RE1V0/tool_stretch_gripper",
    "RE1V0/tool_none",
    "RE2V0/tool_stretch_dex_wrist",
    "RE2V0/tool_stretch_gripper",
    "RE2V0/tool_none",
    "RE2V0/eoa_wrist_dw3_tool_sg3",
    "RE2V0/eoa_wrist_dw3_tool_nil",
    "RE2V0/eoa_wrist_dw3_tool_tablet_12in",
    "SE3/eoa_wrist_dw3_tool_sg3",
    "SE3/eoa_wrist_dw3_tool_sg3_pro",
    "SE3/eoa_wrist_dw3_tool_nil",
    "SE3/eoa_wrist_dw3_tool_tablet_12in",
)


@functools.cache
def robot_of(name: str) -> RobotModel:
    description = RobotDescription.from_package(name)
    tool = tool_links(description)
    return RobotModel(description, mount_on(description, tool.camera_link), tool.grasp_link)


@pytest.fixture(scope="session")
def robots():
    return robot_of


@pytest.fixture(scope="session")
def checkers():
    return checker_of


@pytest.fixture(scope="session")
def shared_controller() -> CartesianController:
    """As it is made without arguments; a test that uses it resets it first."""
    return CartesianController()


@pytest.fixture
def controller(shared_controller: CartesianController) -> CartesianController:
    shared_controller.reset(states())
    return shared_controller
