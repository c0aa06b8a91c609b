"""Which trials: cabinets, hinge, what is covered, where the robot starts; and the scene that follows from a seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from vinn_training.evaluation.episode import EpisodeConfig
from vinn_training.exceptions import InvalidInput
from vinn_training.sim.cabinets import HELD_OUT_CABINETS, TRAINING_CABINETS, Cabinet
from vinn_training.sim.scene import CONDITIONS, MAX_LATERAL_M, Hinge, SceneConfig, scene_set, with_condition
from vinn_training.sim.scene_sets import SceneSet

#: Added to a trial's seed: demonstrations are recorded from seed 0 on, and a trial must not repeat their scenes.
SCENE_SEED_OFFSET = 100_000

Condition = Literal["none", "signs", "signs-one-bin", "signs-both-bins"]
Starts = Literal["wide", "paper"]
_CABINETS: dict[SceneSet, tuple[Cabinet, ...]] = {"training": TRAINING_CABINETS, "held-out": HELD_OUT_CABINETS}
#: The paper's starts: so far from the handle, and at most so far to the side.
_PAPER_DISTANCE_M, _PAPER_LATERAL_M = 0.15, 0.05


@dataclass(frozen=True)
class TrialsConfig:
    """Which episodes.

    Attributes:
        episodes: Number of trials.
        seed: Of the first trial; the others follow.
        scenes: Cabinets of the training set, or cabinets it never shows.
        condition: What is covered with paper, a row of Table II.
        hinge: Side of the door's hinge, seen by the robot.
        starts: Where the robot begins. "wide": as the demonstrations, 0.17 to 0.23 m from the handle and within 0.08 m
            to either side; "paper": 0.15 m, within 0.05 m. Both within 0.02 m in height.
        cabinets: Names of the cabinets, of the set that `scenes` names, taken in turn; none for all of it.
        episode: Rules of an episode.

    Raises:
        InvalidInput: If a value is out of range or unknown.
    """

    episodes: int = 20
    seed: int = 0
    scenes: SceneSet = "training"
    condition: Condition = "none"
    hinge: Hinge = "right"
    starts: Starts = "wide"
    cabinets: tuple[str, ...] = ()
    episode: EpisodeConfig = field(default_factory=EpisodeConfig)

    def __post_init__(self) -> None:
        if self.episodes < 1:
            raise InvalidInput(f"trials: episodes is {self.episodes}; expected one or more")
        if self.seed < 0:
            raise InvalidInput(f"trials: seed is {self.seed}; expected zero or more")
        scene_set(self.scenes)
        if self.condition not in CONDITIONS:
            raise InvalidInput(f"unknown condition '{self.condition}'; expected one of: {', '.join(CONDITIONS)}")
        for name, value, known in (("hinge", self.hinge, get_args(Hinge)), ("starts", self.starts, get_args(Starts))):
            if value not in known:
                raise InvalidInput(f"trials: {name} is '{value}'; expected one of: {', '.join(known)}")
        names = [cabinet.name for cabinet in _CABINETS[self.scenes]]
        for name in self.cabinets:
            if name not in names:
                raise InvalidInput(f"no {self.scenes} cabinet is named '{name}'; there are: {', '.join(names)}")

    @property
    def seeds(self) -> range:
        """Of the trials, in order."""
        return range(self.seed, self.seed + self.episodes)

    @property
    def cell(self) -> str:
        """Short text, fit for a folder's name, that tells cells of a table apart."""
        return f"{self.scenes}_{self.hinge}_{self.condition}"


def cabinets_of(names: Sequence[str]) -> dict[SceneSet, tuple[str, ...]]:
    """Return which of the named cabinets each set of scenes has, in their order.

    Raises:
        InvalidInput: If no set has one of them; the message lists the names.
    """
    known = {scenes: [cabinet.name for cabinet in cabinets] for scenes, cabinets in _CABINETS.items()}
    for name in names:
        if not any(name in there for there in known.values()):
            listed = "; ".join(f"{scenes}: {', '.join(there)}" for scenes, there in known.items())
            raise InvalidInput(f"no cabinet is named '{name}'; expected some of {listed}")
    return {scenes: tuple(name for name in names if name in there) for scenes, there in known.items()}


def trial_scene(config: TrialsConfig, seed: int) -> SceneConfig:
    """Return the scene of a trial; it depends on seed and configuration alone."""
    scene = scene_set(config.scenes)(seed + SCENE_SEED_OFFSET)
    scene = replace(scene, hinge_side=config.hinge)
    if config.cabinets:
        scene = replace(scene, cabinet=config.cabinets[seed % len(config.cabinets)])
    if config.starts == "paper":
        lateral_m = scene.lateral_offset_m * _PAPER_LATERAL_M / MAX_LATERAL_M
        scene = replace(scene, start_distance_m=_PAPER_DISTANCE_M, lateral_offset_m=lateral_m)
    return with_condition(scene, config.condition)
