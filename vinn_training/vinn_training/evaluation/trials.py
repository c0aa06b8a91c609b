"""Success over seeded closed-loop episodes in simulation, and `trials.json`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from vinn_training.evaluation.episode import EpisodeResult, run_episode
from vinn_training.evaluation.policies import EpisodePolicy
from vinn_training.evaluation.result_files import write_json
from vinn_training.evaluation.trial_scenes import TrialsConfig, trial_scene
from vinn_training.evaluation.wilson import rate
from vinn_training.exceptions import InvalidInput, SimulationError
from vinn_training.sim.closed_loop import ClosedLoop
from vinn_training.sim.stretch_sim import StretchSim

TRIALS_FILE = "trials.json"


class Trial(NamedTuple):
    """One trial.

    Attributes:
        seed: Of the trial.
        scene: Name of the scene.
        cabinet: Name of the cabinet.
        lateral_offset_m: Where the robot started along the cabinet's front; zero is in front of the handle.
        start_distance_m: How far from the handle.
        result: How it ended.
        aborted: How often it was begun before and not ended, because the process died.
    """

    seed: int
    scene: str
    cabinet: str
    lateral_offset_m: float
    start_distance_m: float
    result: EpisodeResult
    aborted: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types; `from_dict` is the inverse."""
        result = self.result._asdict() | {"door_angle_deg": round(self.result.door_angle_deg, 2)}
        return {
            "seed": self.seed, **result, "scene": self.scene, "cabinet": self.cabinet,
            "lateral_offset_m": round(self.lateral_offset_m, 4), "start_distance_m": round(self.start_distance_m, 4),
            "aborted": self.aborted,
        }  # fmt: skip

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Trial:
        """Return what `to_dict` described.

        Raises:
            InvalidInput: If something is missing.
        """
        try:
            result = EpisodeResult(**{name: values[name] for name in EpisodeResult._fields})
            return cls(**{name: values[name] for name in cls._fields if name != "result"}, result=result)
        except (KeyError, TypeError) as error:
            raise InvalidInput(f"a trial lacks {error}; expected what this version of `vinn trials` writes") from error


def run_trials(
    policy: EpisodePolicy,
    config: TrialsConfig,
    seeds: Sequence[int] | None = None,
    starting: Callable[[int], None] | None = None,
    on_step: Callable[[StretchSim], None] | None = None,
) -> Iterator[Trial]:
    """Run the episodes one by one; equal configurations give equal scenes, whatever the policy.

    Args:
        policy: Sees the wrist camera's images and nothing else.
        config: Which episodes.
        seeds: Some of the configuration's; all where None.
        starting: Called with the seed before each trial.
        on_step: Called after each motion, for example to film it.

    Yields:
        Each trial as it ends. Physics that diverge count as a failed trial that says so.

    Raises:
        SimulationError: If the simulation cannot start.
    """
    loop: ClosedLoop[StretchSim] | None = None
    try:
        for seed in config.seeds if seeds is None else seeds:
            scene = trial_scene(config, seed)
            if loop is None:
                loop = ClosedLoop(StretchSim(scene))
                loop.sim.render_wrist()  # a machine without OpenGL is told so before any trial counts
            else:
                loop.reset(scene)
            if starting is not None:
                starting(seed)
            try:
                result = run_episode(loop, policy, config.episode, on_step, seed)
            except SimulationError as error:
                result = EpisodeResult(False, False, 0.0, 0, f"simulation: {error}")
            yield Trial(seed, scene.name, scene.cabinet, scene.lateral_offset_m, scene.start_distance_m, result)
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
    opened = Counter(trial.cabinet for trial in trials if trial.result.door_opened)
    return {
        "policy": policy_name,
        "condition": config.condition,
        "seed": config.seed,
        "scenes": config.scenes,
        "hinge": config.hinge,
        "starts": config.starts,
        "trials": [trial.to_dict() for trial in trials],
        "handle_grasped": rate([trial.result.handle_grasped for trial in trials]),
        "door_opened": rate([trial.result.door_opened for trial in trials]),
        "door_opened_by_cabinet": {
            name: {"k": opened[name], "n": count}
            for name, count in sorted(Counter(trial.cabinet for trial in trials).items())
        },
        "aborted": sum(trial.aborted for trial in trials),
    }


def write_summary(folder: Path, summary: dict[str, Any]) -> Path:
    """Write `trials.json` in a folder, whole or not at all, and return its path.

    Raises:
        InvalidInput: If the folder cannot be written.
    """
    write_json(folder / TRIALS_FILE, summary)
    return folder / TRIALS_FILE
