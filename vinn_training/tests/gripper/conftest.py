"""Videos of a drawn grabber whose state is known: each has colours and a scene of its own."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.vinn_writer import VinnDatasetWriter
from vinn_training.gripper.label_set import DEFAULT_STATES, LabelledFrame, LabelSet, write_label_set

WIDTH, HEIGHT = 128, 96


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Networks this small spend their time waiting for each other's threads where the machine is busy."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def draw(rng: np.random.Generator, state: int, scene: np.ndarray) -> np.ndarray:
    """One picture: fingers at the state's distance, slightly varied, before a random part of the scene."""
    top, left = rng.integers(0, scene.shape[0] - HEIGHT), rng.integers(0, scene.shape[1] - WIDTH)
    image = scene[top : top + HEIGHT, left : left + WIDTH].copy()
    half = (4, 12, 22, 34)[state] + rng.uniform(-2, 2)
    for side in (-1, 1):
        tip = (round(64 + side * half), 50)
        cv2.line(image, (64 + side * 8, 95), tip, (60, 60, 60), 5)
        cv2.rectangle(image, (tip[0] - 4, 44), (tip[0] + 4, 54), (200, 50, 40), -1)
    light = rng.uniform(0.8, 1.2)
    return np.clip(image * light + rng.normal(0, 4, image.shape), 0, 255).astype(np.uint8)


def drawn_states(frames: int) -> np.ndarray:
    """Open, closing, closed, opening: every state, in stretches."""
    return np.array([3, 2, 1, 0, 0, 1, 2, 3])[np.arange(frames) * 8 // frames]


def drawn_images(seed: int, states: np.ndarray) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (12, 16, 3), dtype=np.uint8)
    scene = cv2.resize(small, (320, 240), interpolation=cv2.INTER_CUBIC)
    return [draw(rng, int(state), scene) for state in states]


@pytest.fixture(scope="session")
def make_dataset() -> Callable[[Path, int, int], Path]:
    """Write a data set of so many demonstrations with so many frames, whose own gripper column is all open."""

    def make(root: Path, demonstrations: int, frames: int) -> Path:
        writer = VinnDatasetWriter(root)
        states = drawn_states(frames)
        for number in range(demonstrations):
            directions = np.tile([0.0, 0.0, 1.0], (frames, 1))
            images = drawn_images(number, states)
            writer.write(Demonstration.from_images(f"demo_{number}", images, directions, np.ones(frames)))
        return root

    return make


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory, make_dataset: Callable[[Path, int, int], Path]) -> Path:
    """Six demonstrations of 40 frames."""
    return make_dataset(tmp_path_factory.mktemp("data") / "dataset", 6, 40)


@pytest.fixture(scope="session")
def labels_file(dataset: Path) -> Path:
    """All frames of the first five demonstrations, labelled rightly; the sixth is for measuring."""
    rows = [
        LabelledFrame(str(dataset), f"demo_{number}", frame, DEFAULT_STATES[state])
        for number in range(5)
        for frame, state in enumerate(drawn_states(40))
    ]
    path = dataset.parent / "labels.json"
    write_label_set(path, LabelSet(DEFAULT_STATES, tuple(rows)))
    assert json.loads(path.read_text())["closed_to_open"] == ["closed", "almost closed", "almost open", "open"]
    return path


@pytest.fixture
def states_of() -> Callable[[int], np.ndarray]:
    """The true states of so many frames."""
    return drawn_states


@pytest.fixture(scope="session")
def model(labels_file: Path) -> Path:
    """A network trained through the command line, small and for a few seconds."""
    from vinn_training.cli.main import main

    output = labels_file.parent / "model"
    arguments = ["--size", "64", "--epochs", "14", "--threads", "1"]
    assert main(["gripper", "train", str(labels_file), "-o", str(output), *arguments]) == 0
    return output
