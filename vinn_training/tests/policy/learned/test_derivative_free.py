import pytest
import torch

from vinn_training.exceptions import InvalidInput
from vinn_training.policy.learned.derivative_free import SearchConfig, lowest_energy

LOW, HIGH = -torch.ones(3), torch.ones(3)
TARGETS = torch.tensor([[0.5, -0.2, 0.1], [-0.7, 0.3, 0.0]])


def _bowl(candidates: torch.Tensor) -> torch.Tensor:
    """An energy that is lowest at each observation's own target."""
    return 60.0 * ((candidates - TARGETS[:, None, :]) ** 2).sum(dim=2)


def _generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_the_bottom_of_a_bowl_is_found_for_each_observation() -> None:
    found = lowest_energy(_bowl, 2, LOW, HIGH, SearchConfig(256, 6), _generator())
    assert (found - TARGETS).abs().max() < 0.12


def test_sampling_draws_near_it_without_taking_the_best() -> None:
    config = SearchConfig(100, 5, 0.03, 1.0, "sample")
    answers = torch.stack([lowest_energy(_bowl, 2, LOW, HIGH, config, _generator(seed)) for seed in range(30)])
    assert (answers.mean(dim=0) - TARGETS).abs().max() < 0.12
    assert answers.std(dim=0).min() > 0.01


def test_best_stays_within_the_bounds_and_sampling_may_leave_them() -> None:
    def outwards(candidates: torch.Tensor) -> torch.Tensor:
        return -20.0 * candidates.sum(dim=2)

    best = lowest_energy(outwards, 2, LOW, HIGH, SearchConfig(64, 5, 0.3, 1.0, "best"), _generator())
    assert best.max() <= 1.0
    drawn = lowest_energy(outwards, 2, LOW, HIGH, SearchConfig(64, 5, 0.3, 1.0, "sample"), _generator())
    assert drawn.max() > 1.0


def test_candidates_are_projected_whenever_they_are_judged() -> None:
    def on_sphere(candidates: torch.Tensor) -> torch.Tensor:
        torch.testing.assert_close(candidates.norm(dim=2), torch.ones(candidates.shape[:2]))
        return _bowl(candidates)

    found = lowest_energy(
        on_sphere, 2, LOW, HIGH, SearchConfig(), _generator(), lambda c: torch.nn.functional.normalize(c, dim=-1)
    )
    torch.testing.assert_close(found.norm(dim=1), torch.ones(2))


@pytest.mark.parametrize(
    "bad", [{"samples": 0}, {"iterations": 0}, {"noise": -1.0}, {"shrink": 0.0}, {"variant": "worst"}]
)
def test_bad_options_are_refused(bad) -> None:
    with pytest.raises(InvalidInput, match="search: "):
        SearchConfig(**bad)
