"""Our joints and those of a ros2_control robot, which has its own names for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vinn_training.exceptions import InvalidInput, KinematicsError
from vinn_training.kinematics import joints
from vinn_training.kinematics.driver_vector import BASE_ROTATE

#: What a trajectory may move.
KNOWN = (
    joints.LIFT,
    joints.EXTENSION,
    *joints.ARM_SEGMENTS,
    *joints.WRIST,
    joints.FINGER_LEFT,
    joints.FINGER_RIGHT,
    joints.HEAD_PAN,
    joints.HEAD_TILT,
    joints.BASE,
)
DEFAULT = (joints.LIFT, joints.EXTENSION, *joints.WRIST, joints.FINGER_LEFT, joints.BASE)
#: A motion of the base below this is nothing.
_NO_MOTION_M = 1e-4


class JointMap:
    """Which of our joints a robot's controller takes, in its order and by its names.

    Args:
        entries: One for each joint of the controller: our name, or `our_name=its_name`.

    Raises:
        InvalidInput: If an entry cannot be read, names a joint that we do not know, or comes twice.
    """

    def __init__(self, entries: Sequence[str]) -> None:
        self._theirs: dict[str, str] = {}
        for entry in entries:
            ours, _, theirs = (part.strip() for part in entry.partition("="))
            if ours not in KNOWN or ("=" in entry and not theirs):
                raise InvalidInput(
                    f"trajectory_joints has '{entry}'; expected NAME or NAME=YOUR_NAME, with NAME one of: "
                    f"{', '.join(KNOWN)}"
                )
            if ours in self._theirs or (theirs or ours) in self._theirs.values():
                raise InvalidInput(f"trajectory_joints has '{entry}' after another entry for it; expected each once")
            self._theirs[ours] = theirs or ours
        if not self._theirs:
            raise InvalidInput("trajectory_joints is empty; expected the joints of the robot's controller")
        if joints.EXTENSION in self._theirs and any(name in self._theirs for name in joints.ARM_SEGMENTS):
            raise InvalidInput(
                f"trajectory_joints has {joints.EXTENSION} and segments of the arm; expected the one or the other"
            )

    def ours(self, names: Sequence[str]) -> list[str]:
        """Return the robot's joints by our names; joints that the map does not name keep theirs."""
        ours = {theirs: ours for ours, theirs in self._theirs.items()}
        return [ours.get(name, name) for name in names]

    def missing(self, positions: Mapping[str, float]) -> list[str]:
        """Return the controller's joints that joint states (by our names) say nothing of, by its names."""
        return [theirs for ours, theirs in self._theirs.items() if not _is_measured(ours, positions)]

    def targets(self, values: Mapping[str, float], positions: Mapping[str, float]) -> dict[str, float]:
        """Return the absolute position of every joint of the controller, by our names, in its order.

        Args:
            values: Targets by the driver's joint names; the base's are increments.
            positions: Joint states by our names.

        Raises:
            InvalidInput: If the controller cannot do what the values ask for, or a joint's state is missing.
        """
        if joints.BASE not in self._theirs and abs(values.get(joints.BASE, 0.0)) > _NO_MOTION_M:
            raise InvalidInput(
                f"the motion drives the base by {values[joints.BASE]:.3f} m, and trajectory_joints has no "
                f"'{joints.BASE}'; expected the base's sliding joint there"
            )
        if values.get(BASE_ROTATE, 0.0):
            raise InvalidInput(f"the motion turns the base by {values[BASE_ROTATE]} rad; a trajectory cannot")
        return {name: self._target(name, values, positions) for name in self._theirs}

    def theirs(self, targets: Mapping[str, float]) -> dict[str, float]:
        """Return targets by the controller's names."""
        return {self._theirs[name]: value for name, value in targets.items()}

    def _target(self, name: str, values: Mapping[str, float], positions: Mapping[str, float]) -> float:
        if name in joints.ARM_SEGMENTS and joints.EXTENSION in values:
            return values[joints.EXTENSION] / len(joints.ARM_SEGMENTS)
        if name == joints.FINGER_RIGHT and joints.FINGER_LEFT in values:
            return values[joints.FINGER_LEFT]
        if name == joints.BASE:
            return self._measured(name, positions) + values.get(name, 0.0)
        return values[name] if name in values else self._measured(name, positions)

    def _measured(self, name: str, positions: Mapping[str, float]) -> float:
        try:
            return joints.joint_position(positions, name)
        except KinematicsError as error:
            raise InvalidInput(f"no trajectory without the position of '{self._theirs[name]}': {error}") from error


def _is_measured(name: str, positions: Mapping[str, float]) -> bool:
    try:
        joints.joint_position(positions, name)
    except KinematicsError:
        return False
    return True
