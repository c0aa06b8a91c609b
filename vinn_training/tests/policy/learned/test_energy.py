import math

import pytest
import torch

from vinn_training.exceptions import InvalidInput
from vinn_training.policy.learned.energy import EnergyNetwork, info_nce


def test_energy_is_that_of_one_network_over_observation_and_action_side_by_side() -> None:
    network = EnergyNetwork(5, 3, 16, dropout=0.1).eval()
    whole = torch.nn.Linear(8, 16)
    with torch.no_grad():
        whole.weight.copy_(torch.cat([network.of_observation.weight, network.of_action.weight], dim=1))
        whole.bias.copy_(network.of_observation.bias)
    observations, actions = torch.randn(2, 5), torch.randn(2, 7, 3)
    together = torch.cat([observations[:, None].expand(-1, 7, -1), actions], dim=2)
    expected = network.rest(whole(together.reshape(14, 8))).reshape(2, 7)
    torch.testing.assert_close(network(observations, actions), expected)
    assert sum(isinstance(layer, torch.nn.Linear) for layer in network.rest) == 4  # and the first: five


def test_info_nce_has_known_values_and_its_sign() -> None:
    assert float(info_nce(torch.zeros(4, 101))) == pytest.approx(math.log(101))
    low_for_the_expert = torch.tensor([[-10.0, 0.0, 0.0]])
    assert float(info_nce(low_for_the_expert)) < 1e-3
    assert float(info_nce(-low_for_the_expert)) > 9


def test_info_nce_is_the_cross_entropy_of_negated_energies() -> None:
    energies = torch.randn(5, 9)
    expected = torch.nn.functional.cross_entropy(-energies, torch.zeros(5, dtype=torch.int64))
    torch.testing.assert_close(info_nce(energies), expected)


def test_without_negatives_there_is_nothing_to_learn() -> None:
    with pytest.raises(InvalidInput, match="negative at least"):
        info_nce(torch.zeros(3, 1))
