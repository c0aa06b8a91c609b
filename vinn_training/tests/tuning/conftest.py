"""Bags and a bank whose pictures tell direction and gripper, and an encoder that reads them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from vinn_training.bank.bank import Bank
from vinn_training.bank.calibration import DistanceCalibration, calibrate
from vinn_training.contracts import Demonstration, FloatArray, GripperState, ImageArray
from vinn_training.policy.frame_encoder import FrameEncoder
from vinn_training.policy.nearest_neighbors import bank_of
from vinn_training.replay.session import SessionOptions
from vinn_training.tuning.embedding_cache import EmbeddingCache
from vinn_training.tuning.embedding_pass import EmbeddingPass

from ..replay.conftest import SessionMaker

ENCODER_ID = "halves"
PERIOD_S = 0.1
STEP_M = 0.02
FINGER = "joint_gripper_finger_left"
FINGER_OPEN_RAD, FINGER_CLOSED_RAD = 0.05, -0.2


class HalvesRuntime:
    """An encoder of four numbers: the mean colour of the upper half, and the brightness of the lower one."""

    encoder_id = ENCODER_ID
    embedding_size = 4

    def __init__(self) -> None:
        self.images = 0

    def encode(self, images: Sequence[ImageArray] | ImageArray) -> FloatArray:
        self.images += len(images)
        rows = [np.r_[image[:4].mean(axis=(0, 1)), image[4:].mean()] / 127.5 - 1.0 for image in images]
        return np.array(rows, dtype=np.float32)


def course(seed: int, frames: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """Return the directions and openings of an episode: a bend to the right, the gripper closes at three fifths."""
    random = np.random.default_rng(seed)
    time = np.linspace(0.0, 1.0, frames)
    directions = np.stack([np.sin(2.0 * time), 0.2 * np.cos(3.0 * time), np.cos(2.0 * time)], axis=1)
    directions += random.normal(0.0, 0.05, directions.shape)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return directions, (time < 0.6).astype(np.float64)


def picture(direction: np.ndarray, opening: float) -> ImageArray:
    pixels = np.empty((8, 8, 3), dtype=np.uint8)
    pixels[:4] = ((direction + 1.0) * 127.5).round()
    pixels[4:] = 255 if opening > 0.5 else 0
    return pixels


def record(
    path: Path,
    seed: int = 50,
    frames: int = 20,
    poses: bool = True,
    gripper: bool = True,
    embeddings: Callable[[np.ndarray], np.ndarray] | None = None,
    encoder_id: str = ENCODER_ID,
) -> Path:
    """Write a bag of an episode like the bank's.

    Args:
        path: Folder to make.
        seed: Of `course`.
        frames: Images, ten a second, 2 cm apart.
        poses: Whether it tells where the camera was.
        gripper: Whether it tells what the finger did.
        embeddings: From the picture's own (4,) to what perception is to have sent.
        encoder_id: Of these embeddings.
    """
    bag = SessionMaker()
    directions, openings = course(seed, frames)
    position = np.zeros(3)
    for index in range(frames):
        time_s = index * PERIOD_S
        bag.image(time_s, picture(directions[index], openings[index]))
        if poses:
            bag.camera_pose(time_s, position)
        if gripper:
            span = FINGER_OPEN_RAD - FINGER_CLOSED_RAD
            bag.joints(time_s, {FINGER: FINGER_CLOSED_RAD + span * openings[index]})
        if embeddings is not None:
            own = HalvesRuntime().encode([picture(directions[index], openings[index])])[0]
            bag.embedding(time_s, embeddings(own), encoder_id)
        position = position + STEP_M * directions[index]
    return bag.write(path)


def record_steps(path: Path, seed: int = 50, steps: int = 12) -> Path:
    """Write a bag of a robot that steps: an image that is answered, a motion of 2 cm, and four images of waiting."""
    bag = SessionMaker()
    directions, openings = course(seed, steps)
    position = np.zeros(3)
    for index in range(steps):
        moved = position + STEP_M * directions[index]
        for wait in range(5):
            time_s = 0.5 * index + 0.1 * wait
            bag.image(time_s, picture(directions[index], openings[index]))
            bag.camera_pose(time_s, position if wait == 0 else moved)
        bag.command(0.5 * index)
        bag.messages[-1][3].gripper = bag.gripper(GripperState.OPEN if openings[index] else GripperState.CLOSED)
        bag.action(0.5 * index)
        bag.command(0.5 * index + 0.3, stopped=True, reason="waiting")
        position = moved
    return bag.write(path)


def demonstrations(count: int = 4) -> list[Demonstration]:
    made = []
    for seed in range(count):
        directions, openings = course(seed)
        images = [picture(*frame) for frame in zip(directions, openings, strict=True)]
        made.append(Demonstration.from_images(f"demo_{seed}", images, directions.astype(np.float32), openings))
    return made


@pytest.fixture
def bank() -> Bank:
    return bank_of(demonstrations(), FrameEncoder(HalvesRuntime()))


@pytest.fixture
def calibration(bank: Bank) -> DistanceCalibration:
    return calibrate(bank)


@pytest.fixture
def runtime() -> HalvesRuntime:
    return HalvesRuntime()


@pytest.fixture
def encoder(runtime: HalvesRuntime, tmp_path: Path) -> EmbeddingPass:
    return EmbeddingPass(ENCODER_ID, 4, lambda: runtime, EmbeddingCache(tmp_path / "cache", ENCODER_ID))


@pytest.fixture
def session_options() -> SessionOptions:
    return SessionOptions()
