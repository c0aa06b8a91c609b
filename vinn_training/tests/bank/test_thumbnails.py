from pathlib import Path

import numpy as np
import pytest

from vinn_training.bank.thumbnails import Thumbnails
from vinn_training.exceptions import InvalidInput


def _flat(*rgb: int) -> np.ndarray:
    return np.full((100, 120, 3), rgb, dtype=np.uint8)


def test_pictures_come_back_in_order_and_colour(tmp_path: Path) -> None:
    parts = [
        Thumbnails.from_images([_flat(200, 30, 20), _flat(20, 200, 30)]),
        Thumbnails.from_images([_flat(9, 9, 200)]),
    ]
    (tmp_path / "t.safetensors").write_bytes(Thumbnails.join(parts).to_bytes())
    thumbnails = Thumbnails.read(tmp_path / "t.safetensors")
    assert len(thumbnails) == 3
    for row, rgb in enumerate([(200, 30, 20), (20, 200, 30), (9, 9, 200)]):
        assert thumbnails[row].shape == (64, 64, 3)
        assert np.abs(thumbnails[row].astype(int) - rgb).max() < 10


def test_refusals() -> None:
    thumbnails = Thumbnails.from_images([_flat(1, 2, 3)])
    with pytest.raises(InvalidInput, match="thumbnail 1 does not exist"):
        thumbnails[1]
    for offsets in ([0, 5], [1, 10], [0, 7, 3, 10]):
        with pytest.raises(InvalidInput, match="offsets"):
            Thumbnails(np.zeros(10, dtype=np.uint8), np.array(offsets))
    with pytest.raises(InvalidInput, match="not a readable JPEG"):
        Thumbnails(np.zeros(10, dtype=np.uint8), np.array([0, 10]))[0]
