import numpy as np
import pytest

from vinn_training.encoder.camera_image import encode_camera_image
from vinn_training.exceptions import InvalidInput


class Counting:
    """Stands in for a network: says how many images it was given at once."""

    encoder_id, embedding_size = "counting", 2

    def encode(self, images):
        return np.array([[len(images), image.mean()] for image in images], np.float32)


def test_an_image_is_encoded_alone():
    image = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    embedding = encode_camera_image(Counting(), image)
    np.testing.assert_allclose(embedding, [1.0, image.mean()], rtol=1e-6)


def test_a_covered_lens_gets_no_embedding():
    with pytest.raises(InvalidInput, match="image is blank"):
        encode_camera_image(Counting(), np.full((40, 50, 3), 7, np.uint8))
