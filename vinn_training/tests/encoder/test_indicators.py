import math

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightly")

from vinn_training.encoder.indicators import collapse_indicators  # noqa: E402


def test_spread_out_embeddings() -> None:
    generator = torch.Generator().manual_seed(0)
    first = torch.randn(400, 8, generator=generator)
    found = collapse_indicators(first, first)
    assert found.spread == pytest.approx(1.0, abs=0.05)
    assert not found.collapsed
    assert 7.5 < found.effective_rank <= 8.0
    assert found.alignment == pytest.approx(0.0, abs=1e-6)
    assert found.uniformity < -2


def test_full_collapse() -> None:
    constant = torch.ones(50, 8)
    found = collapse_indicators(constant, constant)
    assert found.collapsed
    assert found.spread == pytest.approx(0.0, abs=1e-5)
    assert found.uniformity == pytest.approx(0.0, abs=1e-5)


def test_dimensional_collapse_shows_in_the_rank() -> None:
    generator = torch.Generator().manual_seed(0)
    line = torch.randn(50, 1, generator=generator) * torch.ones(1, 8) / 8 + torch.eye(8)[0]
    assert collapse_indicators(line, line).effective_rank < 2.5


def test_alignment_is_the_mean_squared_distance_of_unit_vectors() -> None:
    angle = torch.tensor(0.3)
    first = torch.tensor([[1.0, 0.0], [0.0, 2.0]])
    turn = torch.tensor([[torch.cos(angle), -torch.sin(angle)], [torch.sin(angle), torch.cos(angle)]])
    found = collapse_indicators(first, first @ turn.T * 5)
    assert found.alignment == pytest.approx(2 - 2 * math.cos(0.3), abs=1e-5)


def test_embeddings_on_a_line_have_collapsed() -> None:
    side = torch.linspace(-1, 1, 50)[:, None]
    line = side * torch.eye(8)[0] + 5.0 * torch.eye(8)[1]
    found = collapse_indicators(line, line)
    assert found.effective_rank < 1.5
    assert found.collapsed
