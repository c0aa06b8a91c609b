"""What the search rows are measured on: the size of the paper's bank, and the paper's pseudocode as a peer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vinn_training.contracts import FloatArray

#: The paper's door-opening bank: 71 demonstrations of 60 frames, and the embedding of a ResNet-50.
BANK_ROWS = 4260
EMBEDDING_SIZE = 2048
K = 10


def paper_loop(query: FloatArray, embeddings: FloatArray, directions: FloatArray, k: int) -> NDArray[np.float64]:
    """Return a_hat as the paper's pseudocode computes it: one distance after another, then sort and weigh.

    Args:
        query: (D,).
        embeddings: (N, D) of the bank.
        directions: (N, 3) of the bank.
        k: Neighbours.

    Returns:
        (3,) float64.
    """
    distances = []
    for row in range(len(embeddings)):
        distances.append((float(np.linalg.norm(query - embeddings[row])), row))
    distances.sort()
    weights = np.exp(-np.array([distance for distance, _ in distances[:k]]))
    weights /= weights.sum()
    action = np.zeros(3)
    for weight, (_, row) in zip(weights, distances[:k], strict=True):
        action += weight * directions[row]
    return action
