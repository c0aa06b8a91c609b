"""What robosuite's actions mean for the camera on its robot's hand.

Actions of the controller OSC_POSE are translation, rotation vector and gripper. Its first six numbers are scaled by
`output_max` to metres and radians, and told in fixed axes (robosuite's `osc.py` adds the translation to the position
in the world, and multiplies the rotation from the left). `robot0_eef_quat` (x, y, z, w) turns the body "right_hand"
to the world; it is that body's in robosuite up to 1.5 (see its `robot.py`; issue 298 announces another meaning).
The camera "eye_in_hand" sits on that body; how, stands in the simulator's model, which robomimic keeps beside each
episode. MuJoCo's cameras have x right, y up and look along minus z.
"""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vinn_training.demonstrations.relative_poses import (
    matrices_from_quaternions,
    matrices_from_vectors,
    rotation_vectors,
)
from vinn_training.exceptions import InvalidInput

#: Mount of the camera on robosuite's Panda, as quaternion (x, y, z, w) (its `robots/panda/robot.xml`).
PANDA_MOUNT = (np.sqrt(0.5), np.sqrt(0.5), 0.0, 0.0)

_ROBOSUITE = 1
_LAST_KNOWN_MINOR = 5
#: Actions and real motions agree by 0.6 to 0.9, since the controller lags behind; other axes or absolute positions
#: agree by chance only.
_LEAST_AGREEMENT = 0.3
_LEAST_FRAMES = 30


@dataclass(frozen=True)
class Controller:
    """How a data set's actions move the hand.

    Attributes:
        robot: robosuite's name of it.
        scale: (6,) metres and radians of an action of 1.
        rate_hz: Actions a second, or None where it is not said.
    """

    robot: str
    scale: NDArray[np.float64]
    rate_hz: float | None


def read_controller(env_args: Any) -> Controller:
    """Return the controller that `data.attrs["env_args"]` describes.

    Raises:
        InvalidInput: If it is not one arm of robosuite under OSC_POSE with relative actions.
    """
    try:
        env: Any = json.loads(env_args)
        kwargs = env["env_kwargs"]
        kind, version = int(env.get("type", _ROBOSUITE)), str(env.get("env_version", "1"))
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        text = str(env_args)[:80]
        raise InvalidInput(f"env_args is {text!r}; expected robomimic's description of robosuite") from error
    if kind != _ROBOSUITE:
        raise InvalidInput(f"env_args names an environment of type {kind}; expected {_ROBOSUITE} (robosuite)")
    numbers = version.split(".")
    if numbers[0] != "1" or (len(numbers) > 1 and int(numbers[1]) > _LAST_KNOWN_MINOR):
        raise InvalidInput(
            f"made with robosuite {version}; expected 1.0 to 1.{_LAST_KNOWN_MINOR}, in which robot0_eef_quat is known "
            "to be the hand's"
        )
    robots = kwargs.get("robots", [])
    robots = [robots] if isinstance(robots, str) else list(robots)
    if len(robots) != 1:
        raise InvalidInput(f"robots are {robots}; expected one arm")
    config = kwargs.get("controller_configs")
    config = config[0] if isinstance(config, list) and len(config) == 1 else config
    # robosuite 1.5 has one controller for each part of the robot.
    if isinstance(config, dict) and "body_parts" in config:
        config = config["body_parts"].get("right")
    if not isinstance(config, dict) or config.get("type") != "OSC_POSE":
        found = config.get("type") if isinstance(config, dict) else config
        raise InvalidInput(f"controller is {found!r}; expected OSC_POSE, whose actions are motions of the hand")
    if not config.get("control_delta", True) or config.get("input_type", "delta") != "delta":
        raise InvalidInput("the controller takes absolute poses; expected relative actions (control_delta)")
    if config.get("impedance_mode", "fixed") != "fixed":
        raise InvalidInput(f"impedance_mode is {config['impedance_mode']!r}; expected 'fixed'")
    frequency = kwargs.get("control_freq")
    return Controller(robots[0], _scale(config), float(frequency) if frequency else None)


def _scale(config: dict[str, Any]) -> NDArray[np.float64]:
    def six(name: str, default: float) -> NDArray[np.float64]:
        return np.broadcast_to(np.asarray(config.get(name, default), dtype=np.float64), 6)

    try:
        output_max = np.array(six("output_max", np.nan))
        symmetric = np.array_equal(six("output_min", np.nan), -output_max)
        unit = (six("input_max", 1.0) == 1.0).all() and (six("input_min", -1.0) == -1.0).all()
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"the controller's limits cannot be read: {error}") from error
    if not (symmetric and unit and (output_max > 0.0).all()):
        raise InvalidInput(
            f"the controller scales {config.get('input_min')} to {config.get('input_max')} into "
            f"{config.get('output_min')} to {config.get('output_max')}; expected -1 to 1, and symmetric limits"
        )
    return output_max


def camera_mount(model_xml: str | None, camera: str, robot: str) -> NDArray[np.float64]:
    """Return (3, 3), from the camera's optical axes to those of the body whose rotation `robot0_eef_quat` is.

    Args:
        model_xml: The simulator's model, or None where the episode has none; then only the Panda's mount is known.
        camera: Its name in the model.
        robot: robosuite's name of the robot.

    Raises:
        InvalidInput: If the camera is not on the hand, or how it sits cannot be told.
    """
    quaternion = np.array(PANDA_MOUNT)
    if model_xml is not None:
        quaternion = _quaternion_in_model(model_xml, camera)
    elif robot != "Panda":
        raise InvalidInput(
            f"the episode has no model_file, and the mount of the camera on the robot {robot} is not known; "
            "expected a Panda, or an episode with the model"
        )
    return matrices_from_quaternions(quaternion[None])[0] @ np.diag([1.0, -1.0, -1.0])


def _quaternion_in_model(model_xml: str, camera: str) -> NDArray[np.float64]:
    try:
        tree = ElementTree.fromstring(model_xml)
    except ElementTree.ParseError as error:
        raise InvalidInput(f"model_file is no readable XML: {error}") from error
    for body in tree.iter("body"):
        for element in body.findall("camera"):
            if element.get("name") != camera:
                continue
            if not (body.get("name") or "").endswith("right_hand"):
                raise InvalidInput(
                    f"camera {camera} is on the body {body.get('name')}; expected the robot's right_hand, whose "
                    "rotation is known"
                )
            other = sorted({"axisangle", "euler", "xyaxes", "zaxis"} & set(element.keys()))
            if other:
                raise InvalidInput(f"camera {camera} is mounted by {other[0]} in model_file; expected a quat")
            w, x, y, z = (float(value) for value in (element.get("quat") or "1 0 0 0").split())
            quaternion = np.array([x, y, z, w])
            return quaternion / np.linalg.norm(quaternion)
    raise InvalidInput(f"model_file has no camera {camera} on a moving body; expected the camera on the hand")


def motions_in_camera(
    actions: NDArray[np.float64],
    hand_quaternions: NDArray[np.float64],
    mount: NDArray[np.float64],
    scale: NDArray[np.float64],
    horizon: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what the actions of `horizon` frames ask for, in the camera's optical axes at the first of them.

    Args:
        actions: (T, 6 or more) in [-1, 1].
        hand_quaternions: (T, 4), x, y, z, w, from the hand's axes to the fixed ones.
        mount: See `camera_mount`.
        scale: (6,), see Controller.
        horizon: At least 1 and at most T.

    Returns:
        (T - horizon + 1, 3) translations of the grip point in metres, and as many rotation vectors in radians.

    Raises:
        InvalidInput: If a quaternion is not of unit length, or the episode is shorter than the horizon.
    """
    count = len(actions) - horizon + 1
    if count < 1:
        raise InvalidInput(f"{len(actions)} frames; expected at least the horizon of {horizon}")
    hand = matrices_from_quaternions(hand_quaternions)
    camera = (hand @ mount)[:count]
    steps = actions[:, :3] * scale[:3]
    turns = matrices_from_vectors(actions[:, 3:6] * scale[3:])
    moved, turned = np.zeros((count, 3)), np.tile(np.eye(3), (count, 1, 1))
    for ahead in range(horizon):
        moved += steps[ahead : ahead + count]
        turned = turns[ahead : ahead + count] @ turned
    return np.einsum("ti,tij->tj", moved, camera), np.einsum("ti,tij->tj", rotation_vectors(turned), camera)


@dataclass
class Agreement:
    """Whether the hand moves where the actions say: finds actions that are absolute, or told in other axes."""

    products: float = 0.0
    actions: float = 0.0
    motions: float = 0.0
    frames: int = 0

    def add(self, actions: NDArray[np.float64], positions: NDArray[np.float64]) -> None:
        """Add an episode's actions (T, 3 or more) and positions of the hand (T, 3)."""
        steps, moved = actions[:-1, :3], np.diff(positions, axis=0)
        self.products += float((steps * moved).sum())
        self.actions += float((steps**2).sum())
        self.motions += float((moved**2).sum())
        self.frames += int((np.abs(steps).max(axis=1) > 0.05).sum())

    def check(self) -> float | None:
        """Return the correlation, -1 to 1, or None where there is too little motion to tell.

        Raises:
            InvalidInput: If it is too low.
        """
        if self.frames < _LEAST_FRAMES or min(self.actions, self.motions) <= 0.0:
            return None
        value = self.products / np.sqrt(self.actions * self.motions)
        if value < _LEAST_AGREEMENT:
            raise InvalidInput(
                f"the hand does not move where the actions say (correlation {value:.2f} over {self.frames} moving "
                f"frames, expected over {_LEAST_AGREEMENT}): they are absolute, or told in axes other than "
                "robot0_eef_pos"
            )
        return float(value)
