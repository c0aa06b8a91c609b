"""The measurements that need no ROS: encoding an image, and the neighbour regression."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vinn_training.bank.index import ExactIndex
from vinn_training.contracts import FloatArray
from vinn_training.encoder.artifact import EncoderArtifact, EncoderSpec, fingerprint, read_weights
from vinn_training.encoder.runtime import load_runtime
from vinn_training.evaluation.benchmark import Row, compare
from vinn_training.exceptions import MissingDependency
from vinn_training.policy.knn import regress, softmin_weights
from vinn_training.preprocessing import IMAGENET_MEAN, IMAGENET_STD, Preprocessing

#: The paper's door-opening bank: 71 demonstrations of 60 frames, and the embedding of a ResNet-50.
BANK_ROWS = 4260
EMBEDDING_SIZE = 2048
K = 10


def encode_row(repetitions: int = 30) -> Row:
    """Time one 640x480 image to its ResNet-50 embedding at 224x224, against torch as the original code uses it.

    Raises:
        MissingDependency: If torch or torchvision is not installed.
    """
    try:
        import torch
        from safetensors.torch import save_file
        from torchvision import transforms

        from vinn_training.encoder.backbone import build_backbone
    except ImportError as error:
        raise MissingDependency(f"the encode row needs torch and torchvision: {error}") from error
    torch.manual_seed(0)
    backbone = build_backbone("resnet50").eval()
    image = np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8)
    spec = EncoderSpec("resnet50", Preprocessing(size=224))
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "encoder.safetensors"
        save_file(backbone.state_dict(), weights)
        runtime = load_runtime(EncoderArtifact(spec, weights, fingerprint(spec, read_weights(weights))))
    to_input = transforms.Compose(
        [
            transforms.ToPILImage(),
            transforms.Resize((224, 224)),
            transforms.ToTensor(),
            transforms.Normalize(IMAGENET_MEAN, IMAGENET_STD),
        ]
    )

    def peer() -> object:
        with torch.no_grad():
            return backbone(to_input(image)[None])

    return compare("encode", lambda: runtime.encode([image]), peer, "torch eager, torchvision transforms", repetitions)


def search_row(repetitions: int = 20) -> Row:
    """Time neighbours and regression over the paper's bank, against the loop of the paper's pseudocode."""
    rng = np.random.default_rng(0)
    embeddings = rng.normal(size=(BANK_ROWS, EMBEDDING_SIZE)).astype(np.float32)
    directions = rng.normal(size=(BANK_ROWS, 3)).astype(np.float32)
    query = embeddings[17] + 0.1 * rng.normal(size=EMBEDDING_SIZE).astype(np.float32)
    index = ExactIndex(embeddings)

    def ours() -> NDArray[np.float64]:
        nearest = index.query(query, K)
        return regress(directions[nearest.rows], softmin_weights(nearest.distances, 1.0))

    def peer() -> NDArray[np.float64]:
        return paper_loop(query, embeddings, directions, K)

    np.testing.assert_allclose(ours(), peer(), atol=1e-5)
    return compare("search", ours, peer, "the paper's pseudocode, a loop over rows", repetitions)


def paper_loop(query: FloatArray, embeddings: FloatArray, directions: FloatArray, k: int) -> NDArray[np.float64]:
    """Return a_hat as the paper's pseudocode computes it: one distance after another, then sort and weigh."""
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
