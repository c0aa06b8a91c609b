from collections.abc import Callable

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from vinn_training.encoder.artifact import EncoderArtifact  # noqa: E402
from vinn_training.encoder.export.network import ImageEncoder, image_encoder  # noqa: E402
from vinn_training.encoder.runtime import load_runtime  # noqa: E402
from vinn_training.exceptions import InvalidInput  # noqa: E402


def test_pixels_in_and_the_runtimes_embeddings_out(
    trained: EncoderArtifact, pictures: Callable[..., np.ndarray]
) -> None:
    images = pictures(4, seed=1)
    with torch.inference_mode():
        found = image_encoder(trained)(torch.from_numpy(images)).numpy()
    np.testing.assert_allclose(found, load_runtime(trained).encode(images), atol=1e-5)


def test_channels_are_normalised_as_by_the_preprocessing(
    trained: EncoderArtifact, pictures: Callable[..., np.ndarray]
) -> None:
    """To the last bit: the backbone is replaced by one that returns its input."""
    spec = trained.spec
    plain = type(spec)(spec.architecture, spec.preprocessing)
    images = pictures(3, seed=2)
    found = ImageEncoder(torch.nn.Identity(), plain)(torch.from_numpy(images)).numpy()
    np.testing.assert_array_equal(found, spec.preprocessing.batch(images))


def test_an_exported_encoder_is_not_exported_again(openvino_encoder: EncoderArtifact) -> None:
    with pytest.raises(InvalidInput, match="exported for openvino; expected the encoder it was exported from"):
        image_encoder(openvino_encoder)
