"""The body of the stand-in: joints that follow their set-points, but for one that may be stuck."""

from __future__ import annotations

from dataclasses import replace

from vinn_training.kinematics import joints
from vinn_training.sim.actuators import ActuatorTargets
from vinn_training.sim.kinematic_robot import START, KinematicRobot

#: Which set-point moves which joint of the joint states.
_FIELD = {
    joints.BASE: "base_m",
    joints.LIFT: "lift_m",
    joints.EXTENSION: "arm_m",
    joints.WRIST_YAW: "wrist_yaw_rad",
    joints.WRIST_PITCH: "wrist_pitch_rad",
    joints.WRIST_ROLL: "wrist_roll_rad",
    joints.FINGER_LEFT: "gripper_rad",
}


class StandinBody:
    """A KinematicRobot that can be put back to its start and whose joints can get stuck. A PhysicsRobot."""

    def __init__(self) -> None:
        self._robot = KinematicRobot()
        self._earlier_s = 0.0
        self.stuck_joint: str | None = None

    @property
    def time_s(self) -> float:
        """Simulated time; placing the robot does not turn it back."""
        return self._earlier_s + self._robot.time_s

    def joint_positions(self) -> dict[str, float]:
        """Return positions by the names of the driver's joint states, metres and radians."""
        return self._robot.joint_positions()

    def base_position_m(self) -> float:
        """Return the base's position along its x axis, from where it started."""
        return self._robot.base_position_m()

    def set_targets(self, targets: ActuatorTargets) -> None:
        """Set the set-points that the next `advance` reaches."""
        if self.stuck_joint is not None:
            at = {**self.joint_positions(), joints.BASE: self.base_position_m()}
            targets = replace(targets, **{_FIELD[self.stuck_joint]: at[self.stuck_joint]})
        self._robot.set_targets(targets)

    def advance(self, duration_s: float) -> None:
        """Let time pass."""
        self._robot.advance(duration_s)

    def place(self, start: ActuatorTargets = START) -> None:
        """Put the robot back to where it starts."""
        self._earlier_s = self.time_s
        self._robot = KinematicRobot(start)
