import pytest

pytest.importorskip("torch")

import torch
from torch import nn

from vinn_training.evaluation.motion_network import MotionNetwork


def test_motion_is_of_the_pictures_named_and_reaches_the_backbone() -> None:
    torch.manual_seed(0)
    network = MotionNetwork(nn.Sequential(nn.Flatten(), nn.Linear(12, 5)), 5)
    pictures = torch.randn(3, 3, 2, 2)
    moved = network(pictures, torch.tensor([0, 1, 2]), torch.tensor([1, 0, 0]))
    assert moved.shape == (3, 4)
    alone = network(pictures[:2], torch.tensor([0]), torch.tensor([1]))
    torch.testing.assert_close(alone[0], moved[0])
    assert not torch.allclose(moved[0], moved[1])
    moved.sum().backward()
    assert network.backbone[1].weight.grad.abs().sum() > 0
