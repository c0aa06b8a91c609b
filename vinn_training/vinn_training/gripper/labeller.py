"""Openings of the gripper in pictures, by a trained network."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch

from vinn_training.contracts import FloatArray, ImageArray
from vinn_training.demonstrations.gripper_labels import GripperLabels
from vinn_training.exceptions import InvalidCheckpoint
from vinn_training.gripper.artifact import load_gripper_model
from vinn_training.gripper.network import GripperNetwork
from vinn_training.gripper.smoothing import Smoothing, smooth_states
from vinn_training.gripper.training import score
from vinn_training.preprocessing import check_image

_BATCH_SIZE = 64


class NetworkLabeller:
    """Says for each picture of one episode how far the gripper is open.

    Args:
        model: Folder that `vinn gripper train` wrote.
        smoothing: How neighbours in time correct each other; see smooth_states.

    Raises:
        InvalidCheckpoint: If the model is missing, truncated or does not fit its description.
    """

    def __init__(self, model: Path | str, smoothing: Smoothing = "chain") -> None:
        loaded = load_gripper_model(model)
        self.spec = loaded.spec
        self._smoothing: Smoothing = smoothing
        self._network = GripperNetwork(self.spec.preprocessing.size, len(self.spec.closed_to_open))
        state = {name: torch.from_numpy(np.array(array)) for name, array in loaded.weights.items()}
        try:
            missing, foreign = self._network.load_state_dict(state, strict=False)
        except RuntimeError as error:
            raise InvalidCheckpoint(f"{loaded.path}: weights of another network; train again ({error})") from error
        missing = [name for name in missing if not name.endswith("num_batches_tracked")]
        if missing or foreign:
            raise InvalidCheckpoint(
                f"{loaded.path}: weights of another network (missing {missing[:3]}, foreign {foreign[:3]}); train again"
            )

    @property
    def gripper_labels(self) -> GripperLabels:
        """What the openings are, for a data set's manifest: classes from 0 in the order of the states."""
        return self.spec.labels

    def states(self, images: Iterable[ImageArray]) -> np.ndarray:
        """Return the number of the state in each of N pictures in time order, (N,) int64, 0 is closed.

        Args:
            images: Each (H, W, 3) uint8 RGB, of the aspect ratio of those learnt from; consumed one at a time.

        Raises:
            InvalidInput: If a picture is no such array or of another aspect ratio.
        """
        chances: list[np.ndarray] = []
        batch: list[ImageArray] = []
        for image in images:
            check_image(image)
            self.spec.check_size(image)
            batch.append(self.spec.preprocessing.resize(image))
            if len(batch) == _BATCH_SIZE:
                chances.append(self._chances(batch))
                batch = []
        if batch:
            chances.append(self._chances(batch))
        rows = np.concatenate(chances) if chances else np.zeros((0, len(self.spec.closed_to_open)), dtype=np.float32)
        return smooth_states(rows, self._smoothing)

    def __call__(self, images: Iterable[ImageArray]) -> FloatArray:
        """Return the opening in each of N pictures in time order, (N,) float32, 0 closed to 1 open.

        Args:
            images: As for `states`.

        Raises:
            InvalidInput: As for `states`.
        """
        last = len(self.spec.closed_to_open) - 1
        return (self.states(images) / last).astype(np.float32)

    def _chances(self, small: list[ImageArray]) -> np.ndarray:
        scores = score(self._network, self.spec.preprocessing.normalise(np.stack(small)), _BATCH_SIZE)
        return torch.softmax(scores, dim=1).numpy()
