"""Names of the compared methods for people. Apart from `methods`, which needs torch and the report does not."""

from __future__ import annotations

from collections.abc import Mapping

TITLES = {
    "random": "random", "open-loop": "open loop", "implicit-bc": "implicit BC",
    "implicit-bc-sequence": "implicit BC, sequences", "byol-scratch": "BYOL + NN, no pretraining",
    "bc": "BC end to end", "bc-rep": "BC-rep", "vinn": "VINN", "vicreg": "VICReg + NN", "simclr": "SimCLR + NN",
    "imagenet": "ImageNet + NN", "untrained": "random weights + NN",
}  # fmt: skip

#: The column of pretrained weights alone, where they are not ImageNet's.
_IN_ITS_PLACE = {
    "in-domain": "in-domain pretraining + NN", "none": "no training + NN", "file": "given weights + NN",
    "unknown": "given weights + NN",
}  # fmt: skip


def titles(pretraining: Mapping[str, str]) -> dict[str, str]:
    """Return the names, given what stood in for ImageNet's weights.

    Args:
        pretraining: By method, as in `table3.json`; empty where it is not known.
    """
    started = pretraining.get("imagenet", "imagenet")
    return {**TITLES, "imagenet": _IN_ITS_PLACE.get(started, TITLES["imagenet"])}
