"""The learning rate of a step, from the step's number alone: there is no state to lose at an interruption."""

from __future__ import annotations

import math


def learning_rate_factor(step: int, total_steps: int, warmup_steps: int, cosine: bool) -> float:
    """Return the share of the full learning rate, in (0, 1].

    Args:
        step: From 0.
        total_steps: Of the whole training.
        warmup_steps: Over which the rate rises linearly; the first step has 1 / warmup_steps of it.
        cosine: Let it fall towards 0 along half a cosine after the warm-up (Loshchilov and Hutter 2017,
            arXiv 1608.03983, equation 5, one period), instead of keeping it.
    """
    if step < warmup_steps:
        return (step + 1) / warmup_steps
    if not cosine:
        return 1.0
    return 0.5 * (1.0 + math.cos(math.pi * (step - warmup_steps) / max(1, total_steps - warmup_steps)))
