import math

import pytest
import torch

from vinn_training.policy.learned.action_network import ActionNetwork, NetworkAction, action_loss


def test_layers_are_the_papers() -> None:
    network = ActionNetwork(2048, (2048, 1024))
    sizes = [tuple(layer.weight.shape) for layer in network.translation if isinstance(layer, torch.nn.Linear)]
    assert sizes == [(2048, 2048), (1024, 2048), (3, 1024)]
    assert tuple(network.gripper.weight.shape) == (4, 2048)


def test_loss_is_mse_plus_cross_entropy() -> None:
    action = NetworkAction(torch.tensor([[2.0, 0.0, 0.0]]), torch.zeros(1, 4))
    loss = action_loss(action, torch.tensor([[1.0, 0.0, 0.0]]), torch.tensor([2]))
    assert float(loss) == pytest.approx(1 / 3 + math.log(4))
    unit = action_loss(action, torch.tensor([[1.0, 0.0, 0.0]]), torch.tensor([2]), unit=True)
    assert float(unit) == pytest.approx(math.log(4))
