"""Makes the policies that trials compare out of a bundle and, where they are trained, its demonstrations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from vinn_training.bank.bundle import Bundle
from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.dataset import ReaderOptions
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.encoder.runtime import load_runtime
from vinn_training.evaluation.calibrated_neighbors import best_temperature
from vinn_training.evaluation.methods import METHODS, PRESETS
from vinn_training.evaluation.policies import BlindPolicy, EpisodePolicy, LearnedPolicy, MethodPolicy
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import PolicyConfig
from vinn_training.policy.frame_encoder import FrameEncoder
from vinn_training.policy.random_actions import RandomPolicy
from vinn_training.policy.vinn_policy import VinnPolicy

PolicyName = Literal["vinn", "blind", "random", "bc-rep", "bc"]
_TRAINED = ("bc-rep", "bc")


@dataclass(frozen=True)
class PolicyChoice:
    """Which policy, and how it is made.

    Attributes:
        policy: "vinn": encoder and neighbour regression; "blind": the demonstrations' mean action at each time step,
            open loop; "random": a direction drawn anew at every step; "bc-rep" and "bc": behaviour cloning on the
            bundle's frozen encoder, and end to end from its weights.
        dataset: The bundle's demonstrations; "bc-rep" and "bc" are trained on them before the first trial.
        reader: Choices that some formats of data leave.
        preset: How long "bc-rep" and "bc" are trained, as in `vinn evaluate`: small or paper.
        training_seed: Of that training.
        calibrate_temperature: Choose the temperature of "vinn" on the bundle's own demonstrations, each left out in
            turn, instead of taking the one given.
        regression: Parameters of neighbour regression; c and the gripper's thresholds are every policy's but "blind".
    """

    policy: PolicyName = "vinn"
    dataset: Path | None = None
    reader: ReaderOptions = field(default_factory=ReaderOptions)
    preset: Literal["small", "paper"] = "small"
    training_seed: int = 0
    calibrate_temperature: bool = False
    regression: PolicyConfig = field(default_factory=PolicyConfig)

    def settings(self, bundle: Bundle) -> dict[str, Any]:
        """Return, as plain JSON types, all that decides about the policy's actions."""
        made: dict[str, Any] = {"policy": self.policy}
        if self.policy != "random":
            made |= {"bank_id": bundle.bank.bank_id, "encoder_id": bundle.bank.encoder_id}
        if self.policy == "vinn":
            made["regression"] = asdict(self._regression(bundle))
        elif self.policy != "blind":
            names = ("action_scale", "gripper_close_below", "gripper_open_above")
            made["regression"] = {name: getattr(self.regression, name) for name in names}
        if self.policy in _TRAINED:
            made |= {"preset": self.preset, "training_seed": self.training_seed}
        return made

    def make(self, bundle: Bundle, threads: int = 0) -> EpisodePolicy:
        """Return the policy; "bc-rep" and "bc" are trained now.

        Args:
            bundle: Encoder and bank.
            threads: Of the encoder; 0 leaves the choice to its library.

        Raises:
            InvalidInput: If demonstrations are needed and not named, are others than the bundle's, or training fails.
            InvalidDemonstration: If one cannot be read.
        """
        if self.policy == "random":
            return MethodPolicy(RandomPolicy, self.regression)
        if self.policy == "blind":
            return BlindPolicy(bundle.bank)
        runtime = load_runtime(bundle, threads=threads)
        if self.policy == "vinn":
            policy = VinnPolicy(bundle.bank, self._regression(bundle), bundle.calibration, bundle.open_index())
            return LearnedPolicy(runtime, policy)
        method = METHODS[self.policy].make(PRESETS[self.preset], self.training_seed)
        method.fit(self._demonstrations(bundle), FrameEncoder(runtime, bundle.encoder))
        return MethodPolicy(lambda seed: method, self.regression, runtime if self.policy == "bc-rep" else None)

    def _regression(self, bundle: Bundle) -> PolicyConfig:
        if not self.calibrate_temperature:
            return self.regression
        return replace(self.regression, temperature=best_temperature(bundle.bank, self.regression))

    def _demonstrations(self, bundle: Bundle) -> Sequence[Demonstration]:
        """Return the demonstrations of the bank, without those that are disabled."""
        if self.dataset is None:
            raise InvalidInput(
                f"policy '{self.policy}' is trained on the bundle's demonstrations before the first trial; name them "
                "with --dataset"
            )
        found = open_dataset(self.dataset, self.reader).demonstrations
        names, wanted = {item.name for item in found}, set(bundle.bank.demonstration_names)
        if names != wanted:
            odd = sorted(names ^ wanted)
            raise InvalidInput(
                f"{self.dataset}: {len(odd)} demonstrations are in it or in the bundle, not in both (first: "
                f"'{odd[0]}'); expected those that the bundle was made from, else policies are not comparable"
            )
        return [item for item in found if item.name not in bundle.bank.disabled]
