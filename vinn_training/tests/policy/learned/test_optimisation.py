import pytest
import torch

from vinn_training.exceptions import InvalidInput
from vinn_training.policy.learned.optimisation import check_positive, choose_device, optimise, seeded


def _fit_line(steps: int, learning_rate: float = 0.05) -> tuple[torch.nn.Linear, float]:
    x = torch.linspace(-1, 1, 33)[:, None]
    with seeded(0):
        model = torch.nn.Linear(1, 1)
        optimiser = torch.optim.Adam(model.parameters(), lr=learning_rate)
        loss = optimise(model, optimiser, lambda rows: ((model(x[rows]) - 3 * x[rows] - 1) ** 2).mean(), 33, 8, steps)
    return model, loss


def test_a_line_is_found_and_the_model_left_in_evaluation_mode() -> None:
    model, loss = _fit_line(600)
    assert model.weight.item() == pytest.approx(3, abs=0.05)
    assert model.bias.item() == pytest.approx(1, abs=0.05)
    assert loss < 0.01
    assert not model.training


def test_a_seed_gives_the_same_weights_and_leaves_the_global_generator_alone() -> None:
    state = torch.random.get_rng_state()
    first, _ = _fit_line(20)
    assert torch.equal(torch.random.get_rng_state(), state)
    torch.rand(5)
    second, _ = _fit_line(20)
    assert first.weight.item() == second.weight.item()


def test_batches_cover_every_row_once_an_epoch_and_never_a_single_one() -> None:
    model = torch.nn.Linear(1, 1)
    seen: list[list[int]] = []

    def loss_of(rows: torch.Tensor) -> torch.Tensor:
        seen.append(sorted(rows.tolist()))
        return model(torch.ones(1, 1)).sum()

    optimise(model, torch.optim.SGD(model.parameters(), lr=0.0), loss_of, 9, 4, 4)
    assert [len(rows) for rows in seen] == [4, 4, 4, 4]  # the ninth row alone is left out: batch norm cannot use it
    assert len(set(seen[0] + seen[1])) == 8


def test_a_loss_that_explodes_is_one_sentence() -> None:
    with pytest.raises(InvalidInput, match="lower the learning rate"):
        _fit_line(50, learning_rate=1e30)


def test_bad_options_are_named() -> None:
    with pytest.raises(InvalidInput, match="epochs is 0"):
        check_positive(epochs=0)
    with pytest.raises(InvalidInput, match="seed is -2"), seeded(-2):
        pass
    with pytest.raises(InvalidInput, match="'tpu'"):
        choose_device("tpu")
