"""The check's motions in the simulated kitchen, with the controller and driver logic of the bridge."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from vinn_training.contracts import GripperState, ImageArray
from vinn_training.evaluation.mount_check.jog import ORDER, Jog, direction_of
from vinn_training.kinematics import joints
from vinn_training.kinematics.controller import CartesianController
from vinn_training.kinematics.driver_vector import command_values, encode
from vinn_training.sim.driver import StretchDriver
from vinn_training.sim.stretch_sim import StretchSim

ASKED_M = 0.025
Change = Callable[[ImageArray], ImageArray]

#: What can be wrong with a picture, and the words that name it.
PICTURES: dict[str, tuple[Change, str]] = {
    "mirrored left to right": (lambda image: image[:, ::-1], "x is mirrored"),
    "mirrored top to bottom": (lambda image: image[::-1], "y is mirrored"),
    "rotated clockwise": (lambda image: np.rot90(image, -1), "rotated by 90 degrees clockwise"),
    "rotated counterclockwise": (lambda image: np.rot90(image), "rotated by 90 degrees counterclockwise"),
    "upside down": (lambda image: image[::-1, ::-1], "upside down"),
    "transposed": (lambda image: image.transpose(1, 0, 2), "x and y are swapped: "),
    "transposed the other way": (
        lambda image: np.rot90(image, 2).transpose(1, 0, 2),
        "x and y are swapped and both reversed",
    ),
}


def as_webcam(image: ImageArray, rng: np.random.Generator) -> ImageArray:
    """Add what a webcam adds: noise, exposure that wanders, and JPEG's blocks."""
    noisy = image.astype(np.float64) * rng.uniform(0.94, 1.06) + rng.normal(0.0, 3.0, image.shape)
    pixels = np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
    coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 85])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), dtype=np.uint8)


def make_jogs(sim: StretchSim, controller: CartesianController, webcam_seed: int | None = None) -> list[Jog]:
    """Make the check's motions from where the robot is; pictures are as the camera sees them."""
    rng = None if webcam_seed is None else np.random.default_rng(webcam_seed)
    driver = StretchDriver(sim)
    assert driver.activate_streaming_position().success
    controller.reset(driver.joint_positions(), driver.base_position_m())

    def look() -> ImageArray:
        image = sim.render_wrist()
        return image if rng is None else as_webcam(image, rng)

    def place() -> np.ndarray:
        at = driver.joint_positions()
        return np.array([driver.base_position_m(), -joints.joint_position(at, joints.EXTENSION), at[joints.LIFT]])

    jogs = []
    before = look()
    for name in ORDER:
        start_m, positions = place(), driver.joint_positions()
        step = controller.step(ASKED_M * direction_of(name), GripperState.UNKNOWN, positions, driver.base_position_m())
        assert step.targets is not None, step.reason
        values = command_values(step.targets, positions[joints.HEAD_PAN], positions[joints.HEAD_TILT])
        assert driver.joint_pose_command(encode(driver.config.tool, values)).success
        driver.advance(1.0)
        after = look()
        requested_m = np.array(step.requested_base_m)
        jogs.append(Jog(name, ASKED_M, requested_m, place() - start_m, before, after, clipped=step.clipped))
        before = after
    return jogs


def seen_as(jogs: list[Jog], change: Change) -> list[Jog]:
    """Return the same motions with changed pictures."""
    from dataclasses import replace

    return [
        replace(jog, before=np.ascontiguousarray(change(jog.before)), after=np.ascontiguousarray(change(jog.after)))
        for jog in jogs
    ]
