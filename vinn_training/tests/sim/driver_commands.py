"""A driver that takes streamed vectors, and the vectors, for tests."""

from vinn_training.kinematics import driver_vector, joints
from vinn_training.sim.driver import StretchDriver
from vinn_training.sim.driver_config import DriverConfig
from vinn_training.sim.kinematic_robot import KinematicRobot

TOOL = "tool_stretch_dex_wrist"


def vector(tool=TOOL, **changes) -> list[float]:
    values = {
        joints.EXTENSION: 0.1,
        joints.LIFT: 0.6,
        joints.WRIST_YAW: 0.0,
        joints.WRIST_PITCH: 0.0,
        joints.WRIST_ROLL: 0.0,
        joints.HEAD_PAN: 0.0,
        joints.HEAD_TILT: 0.0,
        joints.FINGER_LEFT: 0.05,
        joints.BASE: 0.0,
        driver_vector.BASE_ROTATE: 0.0,
    }
    return driver_vector.encode(tool, values | changes)


def streaming(config: DriverConfig | None = None, robot: KinematicRobot | None = None) -> StretchDriver:
    driver = StretchDriver(robot or KinematicRobot(), config)
    driver.activate_streaming_position()
    return driver


def arm(driver) -> float:
    return driver.joint_positions()[joints.EXTENSION]
