"""The methods of the paper's tables, each with the encoder it asks for and its parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from vinn_training.evaluation.calibrated_neighbors import CalibratedNeighborsPolicy
from vinn_training.evaluation.method_titles import TITLES
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import PolicyConfig
from vinn_training.policy.interface import ImitationPolicy
from vinn_training.policy.learned.bc import BcConfig, BcPolicy
from vinn_training.policy.learned.bc_rep import BcRepConfig, BcRepPolicy
from vinn_training.policy.learned.derivative_free import SearchConfig
from vinn_training.policy.learned.implicit_bc import ImplicitBcConfig, ImplicitBcPolicy
from vinn_training.policy.learned.implicit_bc_chunks import ChunkConfig, ImplicitBcChunksPolicy
from vinn_training.policy.learned.implicit_bc_sequence import SequenceConfig
from vinn_training.policy.nearest_neighbors import NearestNeighborsPolicy
from vinn_training.policy.open_loop import OpenLoopPolicy
from vinn_training.policy.presets import PRESETS as REGRESSION
from vinn_training.policy.random_actions import RandomPolicy
from vinn_training.policy.seven_numbers import SevenNumberPolicy

EncoderName = Literal["byol", "byol_scratch", "vicreg", "simclr", "imagenet", "untrained"]


@dataclass(frozen=True)
class MethodsConfig:
    """Parameters of all methods. Defaults are the paper's, as far as it tells them.

    Attributes:
        regression: k and temperature of all neighbour methods.
        average: What these average: unit "directions" and the gripper, as VINN; or translation, rotation and gripper,
            "seven-numbers", as Dobb-E, whose direction is then scored. For that a data set must have lengths and
            rotations.
        calibrate_temperature: Choose the temperature of "directions" anew for each encoder, on the demonstrations it is
            fitted on, each left out in turn: the given one means something else for every scale of embeddings.
        bc: BC end to end.
        bc_rep: BC on frozen representations.
        implicit_bc: Implicit BC of single actions.
        implicit_bc_sequence: Implicit BC of action sequences.
    """

    regression: PolicyConfig = field(default_factory=PolicyConfig)
    average: Literal["directions", "seven-numbers"] = "directions"
    calibrate_temperature: bool = False
    bc: BcConfig = field(default_factory=BcConfig)
    bc_rep: BcRepConfig = field(default_factory=BcRepConfig)
    implicit_bc: ImplicitBcConfig = field(default_factory=ImplicitBcConfig)
    implicit_bc_sequence: ChunkConfig = field(default_factory=ChunkConfig)


#: One name stands for an encoder (encoder.presets), for neighbour regression (policy.presets) and for the methods here.
#: "small" trains the networks as briefly as two cores allow in minutes; what they learn then is not the paper's.
PRESETS = {
    "paper": MethodsConfig(regression=REGRESSION["paper"]),
    "small": MethodsConfig(
        regression=REGRESSION["small"],
        calibrate_temperature=True,
        bc=BcConfig(epochs=8, batch_size=32),
        bc_rep=BcRepConfig(epochs=40, batch_size=256),
        implicit_bc=ImplicitBcConfig(
            steps=400, negatives=64, width=128, search=SearchConfig(samples=256, iterations=3)
        ),
        implicit_bc_sequence=ChunkConfig(
            vision="frozen", sequence=SequenceConfig(epochs=20, width=128, learning_rate=1e-3)
        ),
    ),
    "vinn_code": MethodsConfig(regression=REGRESSION["vinn_code"]),
    "dobbe": MethodsConfig(regression=REGRESSION["dobbe"], average="seven-numbers"),
}


@dataclass(frozen=True)
class Method:
    """One column of Table III.

    Attributes:
        title: For people.
        encoder: Which encoder it is fitted with; None: it needs none.
        make: Returns it unfitted, given all parameters and a seed.
    """

    title: str
    encoder: EncoderName | None
    make: Callable[[MethodsConfig, int], ImitationPolicy]


def _neighbors(config: MethodsConfig, seed: int) -> ImitationPolicy:
    if config.average == "seven-numbers":
        return SevenNumberPolicy(config.regression)
    if config.calibrate_temperature:
        return CalibratedNeighborsPolicy(config.regression)
    return NearestNeighborsPolicy(config.regression)


METHODS: dict[str, Method] = {
    "random": Method(TITLES["random"], None, lambda config, seed: RandomPolicy(seed)),
    "open-loop": Method(TITLES["open-loop"], None, lambda config, seed: OpenLoopPolicy()),
    "implicit-bc": Method(
        TITLES["implicit-bc"], "byol", lambda config, seed: ImplicitBcPolicy(config.implicit_bc, seed)
    ),
    "implicit-bc-sequence": Method(
        TITLES["implicit-bc-sequence"],
        "byol",
        lambda config, seed: ImplicitBcChunksPolicy(config.implicit_bc_sequence, seed),
    ),
    "byol-scratch": Method(TITLES["byol-scratch"], "byol_scratch", _neighbors),
    "bc": Method(TITLES["bc"], "byol", lambda config, seed: BcPolicy(config.bc, seed)),
    "bc-rep": Method(TITLES["bc-rep"], "byol", lambda config, seed: BcRepPolicy(config.bc_rep, seed)),
    "vinn": Method(TITLES["vinn"], "byol", _neighbors),
    "vicreg": Method(TITLES["vicreg"], "vicreg", _neighbors),
    "simclr": Method(TITLES["simclr"], "simclr", _neighbors),
    "imagenet": Method(TITLES["imagenet"], "imagenet", _neighbors),
    "untrained": Method(TITLES["untrained"], "untrained", _neighbors),
}


def chosen_methods(names: Sequence[str]) -> dict[str, Method]:
    """Return the methods of these names, in this order; all where there is no name.

    Raises:
        InvalidInput: If a name is unknown or given twice.
    """
    unknown = [name for name in names if name not in METHODS]
    if unknown:
        raise InvalidInput(f"unknown method '{unknown[0]}'; expected some of: {', '.join(METHODS)}")
    if len(set(names)) != len(names):
        raise InvalidInput(f"methods {', '.join(names)} name one twice; expected each once")
    return {name: METHODS[name] for name in names or METHODS}
