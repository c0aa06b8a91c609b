import pytest

from vinn_training.encoder.schedule import learning_rate_factor


def test_constant_without_anything() -> None:
    assert [learning_rate_factor(step, 10, 0, cosine=False) for step in (0, 5, 9)] == [1.0, 1.0, 1.0]


def test_warms_up_linearly_and_then_falls_along_half_a_cosine() -> None:
    factors = [learning_rate_factor(step, 12, 4, cosine=True) for step in range(12)]
    assert factors[:4] == [0.25, 0.5, 0.75, 1.0]
    assert factors[4] == 1.0
    assert factors[8] == pytest.approx(0.5)
    assert factors[6] == pytest.approx(0.853553, abs=1e-6)  # (1 + cos 45 degrees) / 2
    assert 0.0 < factors[11] < 0.05
    assert factors[4:] == sorted(factors[4:], reverse=True)


def test_agrees_with_torchs_cosine() -> None:
    torch = pytest.importorskip("torch")
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimiser = torch.optim.SGD([parameter], lr=1.0)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, T_max=20)
    for step in range(20):
        assert learning_rate_factor(step, 20, 0, cosine=True) == pytest.approx(optimiser.param_groups[0]["lr"])
        optimiser.step()
        schedule.step()


def test_a_warm_up_longer_than_the_training_only_rises() -> None:
    assert [learning_rate_factor(step, 2, 4, cosine=True) for step in (0, 1)] == [0.25, 0.5]
