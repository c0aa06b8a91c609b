"""Names of the compared methods for people. Apart from `methods`, which needs torch and the report does not."""

from __future__ import annotations

TITLES = {
    "random": "random", "open-loop": "open loop", "implicit-bc": "implicit BC",
    "implicit-bc-sequence": "implicit BC, sequences", "byol-scratch": "BYOL + NN, no pretraining",
    "bc": "BC end to end", "bc-rep": "BC-rep", "vinn": "VINN", "vicreg": "VICReg + NN", "simclr": "SimCLR + NN",
    "imagenet": "ImageNet + NN", "untrained": "random weights + NN",
}  # fmt: skip
