"""What the robot's messages say of it, which faults make differ from what is true."""

from __future__ import annotations

import math
from dataclasses import replace

from vinn_ros.stretch_sim.core import RobotSnapshot
from vinn_ros.stretch_standin.faults import HEALTHY, Faults
from vinn_ros.stretch_standin.image_stream import is_lost
from vinn_ros.stretch_standin.journal import Journal
from vinn_training.kinematics import joints


class ToldState:
    """Makes of the truth what joint states, odometry and status say.

    Args:
        seed: Draws which joint states are lost.
        journal: Told of every message that says the truth.
    """

    def __init__(self, seed: int, journal: Journal) -> None:
        self._seed = seed
        self._journal = journal
        self._faults = HEALTHY
        self._state_index = 0
        self._frozen_joints: RobotSnapshot | None = None
        self._frozen_odometry: RobotSnapshot | None = None

    def take(self, faults: Faults, here: RobotSnapshot) -> None:
        """Put faults into force; what freezes, freezes as it is here."""
        self._faults = faults
        self._frozen_joints = here if faults.joint_states == "frozen" else None
        self._frozen_odometry = here if faults.odometry == "frozen" else None

    def joint_states(self, now_s: float, here: RobotSnapshot) -> RobotSnapshot | None:
        """Return what joint states say, or None where they say nothing; one call for each message.

        Args:
            now_s: The journal's time.
            here: What is true.
        """
        self._state_index += 1
        faults = self._faults
        if faults.joint_states == "stopped":
            return None
        if is_lost(self._seed, self._state_index, faults.joint_state_drop_fraction):
            return None
        told = self._frozen_joints or here
        if faults.joint_states == "nan":
            return replace(told, positions={**told.positions, joints.LIFT: math.nan})
        if faults.joint_states == "none":
            self._journal.note(now_s, "joint_states")
        return told

    def odometry(self, now_s: float, here: RobotSnapshot) -> RobotSnapshot | None:
        """Return what odometry says, or None where it says nothing; arguments as for `joint_states`."""
        if self._faults.odometry == "stopped":
            return None
        told = self._frozen_odometry or here
        if self._faults.odometry == "nan":
            return replace(told, base_position_m=math.nan)
        if self._faults.odometry == "none":
            self._journal.note(now_s, "odometry")
        return told

    def status(self, now_s: float, here: RobotSnapshot) -> RobotSnapshot | None:
        """Return what mode, tool and flags say, or None where they say nothing; arguments as for `joint_states`."""
        if self._faults.status_stopped:
            return None
        self._journal.note(now_s, "status")
        return here
