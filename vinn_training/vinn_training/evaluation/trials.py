"""Success over seeded closed-loop episodes in simulation, and `trials.json`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from vinn_training.durable_files import replace_file
from vinn_training.evaluation.episode import EpisodeConfig, EpisodeResult, run_episode
from vinn_training.evaluation.policies import EpisodePolicy
from vinn_training.evaluation.wilson import SuccessRate, wilson
from vinn_training.exceptions import InvalidInput, SimulationError
from vinn_training.sim.closed_loop import ClosedLoop
from vinn_training.sim.record import scene_set
from vinn_training.sim.scene import CONDITIONS, with_condition
from vinn_training.sim.stretch_sim import StretchSim

TRIALS_FILE = "trials.json"
#: Added to a trial's seed: demonstrations are recorded from seed 0 on, and a trial must not repeat their scenes.
SCENE_SEED_OFFSET = 100_000


@dataclass(frozen=True)
class TrialsConfig:
    """Which episodes.

    Attributes:
        episodes: Number of trials.
        seed: Of the first trial; the others follow.
        scenes: Cabinets of the training set, or cabinets it never shows.
        condition: What is covered with paper, a row of Table II.
        episode: Rules of an episode.

    Raises:
        InvalidInput: If a value is out of range or unknown.
    """

    episodes: int = 20
    seed: int = 0
    scenes: Literal["training", "held-out"] = "training"
    condition: Literal["none", "signs", "signs-one-bin", "signs-both-bins"] = "none"
    episode: EpisodeConfig = field(default_factory=EpisodeConfig)

    def __post_init__(self) -> None:
        if self.episodes < 1:
            raise InvalidInput(f"trials: episodes is {self.episodes}; expected one or more")
        if self.seed < 0:
            raise InvalidInput(f"trials: seed is {self.seed}; expected zero or more")
        scene_set(self.scenes)
        if self.condition not in CONDITIONS:
            raise InvalidInput(f"unknown condition '{self.condition}'; expected one of: {', '.join(CONDITIONS)}")


@dataclass(frozen=True)
class Trial:
    """One trial.

    Attributes:
        seed: Of the trial.
        scene: Name of the scene.
        lateral_offset_m: Where the robot started along the cabinet's front.
        result: How it ended.
    """

    seed: int
    scene: str
    lateral_offset_m: float
    result: EpisodeResult


def run_trials(policy: EpisodePolicy, config: TrialsConfig) -> Iterator[Trial]:
    """Run the episodes one by one; equal configurations give equal scenes, whatever the policy.

    Args:
        policy: Sees the wrist camera's images and nothing else.
        config: Which episodes.

    Yields:
        Each trial as it ends. Physics that diverge count as a failed trial that says so.

    Raises:
        SimulationError: If the simulation cannot start.
    """
    draw = scene_set(config.scenes)
    loop: ClosedLoop | None = None
    try:
        for seed in range(config.seed, config.seed + config.episodes):
            scene = with_condition(draw(seed + SCENE_SEED_OFFSET), config.condition)
            if loop is None:
                loop = ClosedLoop(StretchSim(scene))
                loop.sim.render_wrist()  # a machine without OpenGL is told so before any trial counts
            else:
                loop.reset(scene)
            try:
                result = run_episode(loop, policy, config.episode)
            except SimulationError as error:
                result = EpisodeResult(False, False, 0.0, 0, f"simulation: {error}")
            yield Trial(seed, scene.name, scene.lateral_offset_m, result)
    finally:
        if loop is not None:
            loop.sim.close()


def summarise(policy_name: str, config: TrialsConfig, trials: Sequence[Trial]) -> dict[str, Any]:
    """Return the content of `trials.json`.

    Args:
        policy_name: For example "vinn" or "blind".
        config: Which episodes.
        trials: What became of them, at least one.

    Raises:
        InvalidInput: If there is no trial.
    """
    results = [trial.result for trial in trials]
    return {
        "policy": policy_name,
        "condition": config.condition,
        "seed": config.seed,
        "scenes": config.scenes,
        "trials": [
            {
                "seed": trial.seed,
                "handle_grasped": trial.result.handle_grasped,
                "door_opened": trial.result.door_opened,
                "door_angle_deg": round(trial.result.door_angle_deg, 2),
                "steps": trial.result.steps,
                "reason": trial.result.reason,
                "scene": trial.scene,
                "lateral_offset_m": round(trial.lateral_offset_m, 4),
            }
            for trial in trials
        ],
        "handle_grasped": _rate([result.handle_grasped for result in results]),
        "door_opened": _rate([result.door_opened for result in results]),
    }


def write_summary(folder: Path, summary: dict[str, Any]) -> Path:
    """Write `trials.json` in a folder, whole or not at all, and return its path.

    Raises:
        InvalidInput: If the folder cannot be written.
    """
    target = folder / TRIALS_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        replace_file(target, (json.dumps(summary, indent=2) + "\n").encode())
    except OSError as error:
        raise InvalidInput(f"{target}: cannot be written: {error.strerror}; choose another --output") from error
    return target


def _rate(successes: list[bool]) -> dict[str, float | int]:
    rate: SuccessRate = wilson(sum(successes), len(successes))
    return {"k": rate.k, "n": rate.n, "low": round(rate.low, 4), "high": round(rate.high, 4)}
