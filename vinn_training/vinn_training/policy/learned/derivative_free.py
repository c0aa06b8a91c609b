"""The action of lowest energy without derivatives: draw, weigh, resample, shake, and again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch

from vinn_training.exceptions import InvalidInput

#: (B, N, A) candidates to (B, N) energies.
Energy = Callable[[torch.Tensor], torch.Tensor]
#: (..., A) candidates to where they are allowed, for example the unit sphere.
Projection = Callable[[torch.Tensor], torch.Tensor]

Variant = Literal["best", "sample"]


@dataclass(frozen=True)
class SearchConfig:
    """How candidates are searched.

    Attributes:
        samples: Candidates at a time.
        iterations: Rounds of weighing.
        noise: Standard deviation of the shaking, in the unit of the actions.
        shrink: Factor on the noise after every round, in (0, 1].
        variant: "best": every round resamples, shakes and clips to the bounds, and the answer is the candidate of
            lowest energy at the end; "sample": the last round does not shake, nothing is clipped, and the answer is
            drawn by probability.

    Raises:
        InvalidInput: If a value is out of range.
    """

    samples: int = 256
    iterations: int = 3
    noise: float = 0.33
    shrink: float = 0.5
    variant: Variant = "best"

    def __post_init__(self) -> None:
        if self.samples < 1 or self.iterations < 1:
            raise InvalidInput(f"search: samples is {self.samples}, iterations {self.iterations}; expected one or more")
        if not self.noise >= 0.0 or not 0.0 < self.shrink <= 1.0:
            raise InvalidInput(f"search: noise is {self.noise} and shrink {self.shrink}; expected >= 0, and (0, 1]")
        if self.variant not in ("best", "sample"):
            raise InvalidInput(f"search: variant is {self.variant!r}; expected best or sample")


def draw_uniform(
    count: int, samples: int, low: torch.Tensor, high: torch.Tensor, generator: torch.Generator | None
) -> torch.Tensor:
    """Return (count, samples, A) candidates, uniform between (A,) bounds."""
    unit = torch.rand((count, samples, len(low)), generator=generator, device=low.device)
    return low + unit * (high - low)


def lowest_energy(
    energy: Energy,
    count: int,
    low: torch.Tensor,
    high: torch.Tensor,
    config: SearchConfig,
    generator: torch.Generator | None = None,
    project: Projection | None = None,
) -> torch.Tensor:
    """Return (count, A): for each observation an action of low energy.

    Args:
        energy: Of candidates for all observations.
        count: Observations.
        low: (A,) lower bounds.
        high: (A,) upper bounds.
        config: How to search.
        generator: Of the draws; torch's own where None.
        project: Applied to every set of candidates, after clipping; None leaves them in the box.
    """
    place = project or (lambda candidates: candidates)
    candidates = place(draw_uniform(count, config.samples, low, high, generator))
    noise = config.noise
    for round_number in range(config.iterations):
        probabilities = torch.softmax(-energy(candidates), dim=1)
        if config.variant == "sample" and round_number == config.iterations - 1:
            chosen = torch.multinomial(probabilities, 1, generator=generator)
            return _take(candidates, chosen)[:, 0]
        rows = torch.multinomial(probabilities, config.samples, replacement=True, generator=generator)
        candidates = _take(candidates, rows)
        shaking = torch.randn(candidates.shape, generator=generator, device=candidates.device)
        candidates = candidates + noise * shaking
        if config.variant == "best":
            candidates = torch.clamp(candidates, low, high)
        candidates = place(candidates)
        noise *= config.shrink
    best = energy(candidates).argmin(dim=1, keepdim=True)
    return _take(candidates, best)[:, 0]


def _take(candidates: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    """Return candidates[b, rows[b]] for every b."""
    return candidates.gather(1, rows[:, :, None].expand(-1, -1, candidates.shape[2]))
