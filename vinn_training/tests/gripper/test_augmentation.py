import numpy as np
import pytest
import torch

from vinn_training.exceptions import InvalidInput
from vinn_training.gripper.augmentation import GripperAugmentation


def _blob() -> torch.Tensor:
    images = torch.zeros(16, 3, 64, 64)
    images[:, :, 28:36, 28:36] = 1.0
    return images


def test_nothing_changes_where_every_amount_is_zero() -> None:
    still = GripperAugmentation(*[0.0] * 7)
    torch.testing.assert_close(still(_blob(), torch.Generator().manual_seed(0)), _blob(), atol=1e-5, rtol=0)


def test_things_move_as_far_as_said_and_no_farther() -> None:
    shift = GripperAugmentation(*[0.0] * 4, shift=0.1, zoom=0.0, turn_rad=0.0)
    moved = shift(_blob(), torch.Generator().manual_seed(0))[:, 0].numpy()
    rows, columns = np.mgrid[0:64, 0:64]
    for axis in (rows, columns):
        centres = (moved * axis).sum(axis=(1, 2)) / moved.sum(axis=(1, 2)) - 31.5
        assert np.abs(centres).max() <= 6.4 + 0.1
        assert centres.std() > 2.0


def test_the_same_seed_gives_the_same_pictures() -> None:
    augmentation = GripperAugmentation()
    first, again = (augmentation(_blob(), torch.Generator().manual_seed(4)) for _ in range(2))
    torch.testing.assert_close(first, again, atol=0, rtol=0)
    assert not torch.allclose(first, _blob())
    assert 0.0 <= float(first.min()) <= float(first.max()) <= 1.0


def test_amounts_out_of_range() -> None:
    with pytest.raises(InvalidInput, match=r"shift is 0\.7"):
        GripperAugmentation(shift=0.7)
