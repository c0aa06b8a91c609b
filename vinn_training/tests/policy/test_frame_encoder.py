import numpy as np
import pytest

from vinn_training.contracts import Demonstration
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.frame_encoder import FrameEncoder, required


def test_every_frame_is_encoded_once_and_in_order(coloured, mean_colour) -> None:
    (demonstration,) = coloured(1, 150, 0)  # more than a batch
    first = mean_colour.embed(demonstration)
    again = mean_colour.embed(demonstration)

    assert mean_colour.runtime.images == 150
    np.testing.assert_allclose(first, demonstration.directions, atol=0.01)
    assert again is first
    assert not first.flags.writeable


def test_demonstrations_of_one_name_are_not_mixed_up(coloured, mean_colour) -> None:
    (one,), (other,) = coloured(1, 3, 0), coloured(1, 3, 1)
    assert one.name == other.name
    mean_colour.embed(one)
    np.testing.assert_allclose(mean_colour.embed(other), other.directions, atol=0.01)


def test_an_encoder_that_diverged_is_named_with_the_frame(mean_colour) -> None:
    class Broken:
        encoder_id, embedding_size = "broken", 2

        def encode(self, images):
            values = np.zeros((len(images), 2), dtype=np.float32)
            values[1] = np.nan
            return values

    images = [np.zeros((4, 4, 3), dtype=np.uint8)] * 3
    demonstration = Demonstration.from_images("d", images, np.zeros((3, 3)), np.ones(3))
    with pytest.raises(InvalidInput, match="'d', frame 1"):
        FrameEncoder(Broken()).embed(demonstration)


def test_a_missing_encoder_names_the_method() -> None:
    with pytest.raises(InvalidInput, match="BC-rep needs an encoder"):
        required(None, "BC-rep")
