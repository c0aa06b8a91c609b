import torch

from vinn_training.gripper.network import GripperNetwork


def test_scores_for_every_state_and_size() -> None:
    for size, states in ((64, 4), (128, 2)):
        network = GripperNetwork(size, states).eval()
        assert network(torch.zeros(3, 3, size, size)).shape == (3, states)


def test_where_things_are_counts() -> None:
    """A network that averages over the whole picture could not tell the distance of two fingers."""
    torch.manual_seed(0)
    network = GripperNetwork(64, 4).eval()
    images = torch.zeros(2, 3, 64, 64)
    images[0, :, 30:34, 10:14] = 1.0
    images[1, :, 30:34, 42:46] = 1.0
    left, right = network(images)
    assert not torch.allclose(left, right, atol=1e-4)
