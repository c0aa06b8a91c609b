import io

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightly")

from vinn_training.encoder.epoch_state import EpochState  # noqa: E402
from vinn_training.encoder.indicators import collapse_indicators  # noqa: E402


def _embeddings(count: int, seed: int) -> "tuple[torch.Tensor, torch.Tensor]":
    first, second = torch.rand(2, count, 6, generator=torch.Generator().manual_seed(seed))
    return first, second


def test_indicators_are_those_of_the_last_512_pairs() -> None:
    state = EpochState(torch.arange(10))
    steps = [_embeddings(200, seed) for seed in range(4)]
    for step in steps:
        state.add(1.0, step)
    first, second = (torch.cat([step[view] for step in steps[2:]]) for view in (0, 1))
    assert state.indicators() == collapse_indicators(first, second)


def test_a_step_larger_than_all_that_is_kept_stays_whole() -> None:
    state = EpochState(torch.arange(10))
    state.add(1.0, _embeddings(600, 0))
    assert state.indicators() == collapse_indicators(*_embeddings(600, 0))


def test_survives_a_file() -> None:
    state = EpochState(torch.randperm(10), seconds=2.5)
    state.add(0.5, _embeddings(8, 0))
    buffer = io.BytesIO()
    torch.save(state.to_dict(), buffer)
    buffer.seek(0)
    again = EpochState.from_dict(torch.load(buffer, weights_only=True))
    torch.testing.assert_close(again.order, state.order)
    assert (again.seconds, again.losses, again.indicators()) == (2.5, [0.5], state.indicators())
