from pathlib import Path

import numpy as np
import pytest

from vinn_training.demonstrations.images import encode_image, read_image
from vinn_training.exceptions import InvalidDemonstration, InvalidInput


def test_png_is_lossless_and_rgb(tmp_path: Path) -> None:
    image = np.random.default_rng(0).integers(0, 256, (9, 7, 3), dtype=np.uint8)
    (tmp_path / "a.png").write_bytes(encode_image(image, ".png"))
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), image)


def test_jpeg_keeps_colours_in_their_channels(tmp_path: Path) -> None:
    image = np.zeros((32, 32, 3), dtype=np.uint8)
    image[...] = (250, 120, 10)
    (tmp_path / "a.jpg").write_bytes(encode_image(image, ".jpg"))
    assert np.abs(read_image(tmp_path / "a.jpg").astype(int) - image).max() < 8


def test_refusals(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"\.bmp"):
        encode_image(np.zeros((4, 4, 3), dtype=np.uint8), ".bmp")
    (tmp_path / "empty.png").touch()
    with pytest.raises(InvalidDemonstration, match=r"empty\.png: not a readable picture \(0 bytes\)"):
        read_image(tmp_path / "empty.png")
    with pytest.raises(InvalidDemonstration, match="cannot be read"):
        read_image(tmp_path)
