"""`vinn trials`: successes of a policy over seeded episodes in simulation."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro

from vinn_training.bank.bundle import load_bundle
from vinn_training.cli.console import progress_bar
from vinn_training.encoder.runtime import load_runtime
from vinn_training.evaluation.episode import EpisodeConfig
from vinn_training.evaluation.policies import BlindPolicy, EpisodePolicy, LearnedPolicy
from vinn_training.evaluation.trials import Trial, TrialsConfig, run_trials, summarise, write_summary
from vinn_training.policy.config import PolicyConfig
from vinn_training.policy.vinn_policy import VinnPolicy


@dataclass(frozen=True)
class TrialsCommand:
    """What `vinn trials` takes.

    Attributes:
        bundle: Folder that `vinn bank` wrote.
        output: Folder for `trials.json`.
        policy: "vinn": encoder and neighbour regression; "blind": the demonstrations' mean action at each time step,
            open loop.
        episodes: Number of trials.
        seed: Of the first trial; the others follow. Equal seeds give equal scenes.
        scenes: Cabinets of the training set, or cabinets it never shows.
        condition: What is covered with paper: nothing; signs and handle; these and one bin; these and both bins.
        threads: Of the encoder; 0 leaves the choice to torch.
        episode: Rules of an episode.
        regression: Parameters of neighbour regression.
    """

    bundle: Path
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    policy: Literal["vinn", "blind"] = "vinn"
    episodes: int = 20
    seed: int = 0
    scenes: Literal["training", "held-out"] = "training"
    condition: Literal["none", "signs", "signs-one-bin", "signs-both-bins"] = "none"
    threads: int = 0
    episode: EpisodeConfig = field(default_factory=EpisodeConfig)
    regression: PolicyConfig = field(default_factory=PolicyConfig)


def run(config: TrialsCommand) -> int:
    """Run the trials, write `trials.json` and return the exit status.

    Raises:
        VinnError: If the bundle or the output folder cannot be used, or the simulation cannot run.
    """
    trials_config = TrialsConfig(config.episodes, config.seed, config.scenes, config.condition, config.episode)
    policy = _policy(config)
    trials: list[Trial] = []
    with progress_bar(f"trials, {config.policy}, {config.scenes} cabinets") as report:
        report(0, config.episodes, "")
        for trial in run_trials(policy, trials_config):
            trials.append(trial)
            opened = sum(done.result.door_opened for done in trials)
            report(len(trials), config.episodes, f"{opened} opened")
    summary = summarise(config.policy, trials_config, trials) | {"bundle": str(config.bundle)}
    path = write_summary(config.output, summary)
    _print(summary, path)
    return 0


def _policy(config: TrialsCommand) -> EpisodePolicy:
    bundle = load_bundle(config.bundle)
    if config.policy == "blind":
        return BlindPolicy(bundle.bank)
    runtime = load_runtime(bundle, threads=config.threads)
    return LearnedPolicy(runtime, VinnPolicy(bundle.bank, config.regression, bundle.calibration, bundle.open_index()))


def _print(summary: dict[str, Any], path: Path) -> None:
    for trial in summary["trials"]:
        outcome = "opened" if trial["door_opened"] else "failed"
        print(
            f"seed {trial['seed']:>4}  {outcome}  {trial['door_angle_deg']:5.1f} deg  {trial['steps']:>2} steps  "
            f"start {100 * trial['lateral_offset_m']:+5.1f} cm  {trial['scene']}  {trial['reason']}"
        )
    for key, text in (("handle_grasped", "handle grasped"), ("door_opened", "door opened")):
        rate = summary[key]
        print(f"{text}: {rate['k']} of {rate['n']} (95 %: {100 * rate['low']:.0f} to {100 * rate['high']:.0f} %)")
    print(path)
