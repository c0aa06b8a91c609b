"""Table III of the paper, to compare orderings with: test MSE of the translation (VINN, Pari et al. 2021), in 0.1."""

from __future__ import annotations

#: Task: method: MSE, already multiplied by 0.1.
TABLE_3 = {
    "door": {
        "random": 0.634, "open-loop": 0.227, "implicit-bc": 0.18, "byol-scratch": 0.152, "bc-rep": 0.119, "vinn": 0.092,
        "vicreg": 0.105, "simclr": 0.095, "imagenet": 0.098,
    },
    "stacking": {
        "random": 0.613, "open-loop": 0.283, "implicit-bc": 0.71, "byol-scratch": 0.282, "bc-rep": 0.345, "vinn": 0.258,
        "vicreg": 0.274, "simclr": 0.263, "imagenet": 0.285,
    },
    "pushing": {
        "random": 0.615, "open-loop": 0.212, "implicit-bc": 0.56, "byol-scratch": 0.243, "bc-rep": 0.220, "vinn": 0.243,
        "vicreg": 0.150, "simclr": 0.221, "imagenet": 0.235,
    },
}  # fmt: skip


def paper_task(name: str) -> str | None:
    """Return the paper's task that a data set's name speaks of, or None."""
    lowered = name.lower()
    for words, task in ((("door",), "door"), (("stack",), "stacking"), (("push",), "pushing")):
        if any(word in lowered for word in words):
            return task
    return None
