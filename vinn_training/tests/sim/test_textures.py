import numpy as np
import pytest

from vinn_training.exceptions import SimulationError
from vinn_training.sim import textures


@pytest.mark.parametrize("finish", textures.FINISHES)
def test_a_surface_has_its_colour_and_its_seed(finish: str) -> None:
    color = (0.7, 0.5, 0.3)
    picture = textures.surface(finish, color, np.random.default_rng(1), size_px=64)

    assert picture.shape == (64, 64, 3)
    assert picture.dtype == np.uint8
    np.testing.assert_allclose(picture.mean(axis=(0, 1)) / 255, color, atol=0.06)
    np.testing.assert_array_equal(picture, textures.surface(finish, color, np.random.default_rng(1), size_px=64))
    assert (picture != textures.surface(finish, color, np.random.default_rng(2), size_px=64)).any()


@pytest.mark.parametrize("pattern", textures.PATTERNS)
def test_a_sign_shows_ink_on_paper(pattern: str) -> None:
    picture = textures.poster(pattern, (1.0, 1.0, 1.0), (0.0, 0.0, 1.0), np.random.default_rng(0))
    ink = (picture == (0, 0, 255)).all(axis=2).mean()
    paper = (picture == 255).all(axis=2).mean()

    assert 0.05 < ink < 0.7
    assert ink + paper == pytest.approx(1.0)


def test_signs_differ() -> None:
    rng = np.random.default_rng(0)
    pictures = [textures.poster(name, (1, 1, 1), (0, 0, 0), rng).tobytes() for name in textures.PATTERNS]
    assert len(set(pictures)) == len(pictures)


def test_unknown_names_list_the_known() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(SimulationError, match="wood"):
        textures.surface("velvet", (1, 1, 1), rng)
    with pytest.raises(SimulationError, match="stripes"):
        textures.poster("spiral", (1, 1, 1), (0, 0, 0), rng)
