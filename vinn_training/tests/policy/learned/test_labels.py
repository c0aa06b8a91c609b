import numpy as np
import torch

from vinn_training.policy.learned.labels import labels_of


def test_labels_follow_the_order_of_the_frames(coloured) -> None:
    demonstrations = coloured(2, 4, 0)
    labels = labels_of(demonstrations, torch.device("cpu"))
    np.testing.assert_array_equal(labels.directions[4:].numpy(), demonstrations[1].directions)
    assert labels.gripper.tolist() == [3, 3, 0, 0] * 2
