"""`vinn trials`: successes of a policy over seeded episodes in simulation."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from itertools import product
from pathlib import Path
from typing import Annotated, Any

import tyro

from vinn_training.bank.bundle import Bundle, load_bundle
from vinn_training.cli.console import Report, progress_bar
from vinn_training.evaluation.episode import EpisodeConfig
from vinn_training.evaluation.policies import EpisodePolicy
from vinn_training.evaluation.trial_film import film_outcomes, films_in
from vinn_training.evaluation.trial_log import TrialLog, run_logged
from vinn_training.evaluation.trial_policies import PolicyChoice
from vinn_training.evaluation.trial_scenes import Condition, Hinge, Starts, TrialsConfig, cabinets_of
from vinn_training.evaluation.trials import Trial, summarise, write_summary
from vinn_training.sim.scene_sets import SceneSet


@dataclass(frozen=True)
class TrialsCommand:
    """What `vinn trials` takes. Killed at any moment, the same command goes on; a trial cut short is run again.

    Attributes:
        bundle: Folder that `vinn bank` wrote.
        output: Folder for `trials.json`, and `trials.jsonl`, which holds every trial as it ends. Where several scenes,
            hinges or conditions are named, each combination has a folder in it.
        name: What results call the policy; empty: the policy's own name.
        episodes: Number of trials, of each combination.
        seed: Of the first trial; the others follow. Equal seeds give equal scenes, whatever the policy.
        scenes: Cabinets of the training set, or cabinets it never shows.
        condition: What is covered with paper: nothing; signs and handle; these and one bin; these and both bins.
        hinge: Side of the door's hinge. `vinn simulate` shows right ones, unless told otherwise.
        starts: Where the robot begins. "wide": as the demonstrations, 0.17 to 0.23 m from the handle and within 0.08 m
            to either side; "paper": 0.15 m, within 0.05 m.
        cabinets: Names of cabinets, taken in turn, for those scenes that have some of them; none for all.
        videos: Film a trial that opened the door and one that did not, by running them again.
        fresh: Start over although the output folder holds trials.
        threads: Of the encoder; 0 leaves the choice to torch.
        episode: Rules of an episode.
        choice: The policy.
    """

    bundle: Path
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    name: str = ""
    episodes: int = 20
    seed: int = 0
    scenes: tuple[SceneSet, ...] = ("training",)
    condition: tuple[Condition, ...] = ("none",)
    hinge: tuple[Hinge, ...] = ("right",)
    starts: Starts = "wide"
    cabinets: tuple[str, ...] = ()
    videos: bool = False
    fresh: bool = False
    threads: int = 0
    episode: EpisodeConfig = field(default_factory=EpisodeConfig)
    choice: Annotated[PolicyChoice, tyro.conf.arg(name="")] = field(default_factory=PolicyChoice)


def run(config: TrialsCommand) -> int:
    """Run the trials, write `trials.json` and return the exit status.

    Raises:
        VinnError: If the bundle or the output folder cannot be used, or the simulation cannot run.
    """
    cells = _cells(config)
    bundle = load_bundle(config.bundle)
    policy = functools.cache(lambda: _policy(config, bundle))
    name = config.name or config.choice.policy
    done: list[tuple[TrialsConfig, list[Trial]]] = []
    with progress_bar(f"trials, {name}") as report:
        for number, cell in enumerate(cells):
            folder = config.output / cell.cell if len(cells) > 1 else config.output
            settings = _settings(config, cell, bundle)
            with TrialLog(folder, settings, config.fresh) as log:
                trials = run_logged(policy, cell, log, _teller(report, log, cell, number, len(cells)))
            summary = summarise(name, cell, trials) | {"bundle": str(config.bundle), "settings": settings}
            write_summary(folder, summary)
            done.append((cell, trials))
            report((number + 1) * config.episodes, len(cells) * config.episodes, "")
            _print(summary, folder)
    if config.videos and (config.fresh or not _filmed(config.output, done)):
        for film in film_outcomes(config.output, policy(), name, done):
            print(f"{config.output / film['file']}: {film['cell']}, seed {film['seed']}, {film['reason']}")
    return 0


def _cells(config: TrialsCommand) -> list[TrialsConfig]:
    """Return one configuration a combination of scenes, hinge and condition, each combination once."""
    sides = product(dict.fromkeys(config.scenes), dict.fromkeys(config.hinge), dict.fromkeys(config.condition))
    chosen = cabinets_of(config.cabinets)
    return [
        TrialsConfig(
            episodes=config.episodes, seed=config.seed, scenes=scenes, condition=condition, hinge=hinge,
            starts=config.starts, cabinets=chosen[scenes], episode=config.episode,
        )
        for scenes, hinge, condition in sides
    ]  # fmt: skip


def _settings(config: TrialsCommand, cell: TrialsConfig, bundle: Bundle) -> dict[str, Any]:
    """Return all that decides about a trial's outcome but its seed."""
    rules = {name: getattr(cell, name) for name in ("scenes", "condition", "hinge", "starts", "cabinets")}
    return config.choice.settings(bundle) | rules | {"episode": asdict(cell.episode)}


def _policy(config: TrialsCommand, bundle: Bundle) -> EpisodePolicy:
    return config.choice.make(bundle, config.threads)


def _filmed(folder: Path, done: Sequence[tuple[TrialsConfig, Sequence[Trial]]]) -> bool:
    """Return whether there is a film of each outcome that occurred."""
    occurred = {"success" if trial.result.door_opened else "failure" for _, trials in done for trial in trials}
    return occurred <= {film["outcome"] for film in films_in(folder)}


def _teller(report: Report, log: TrialLog, cell: TrialsConfig, number: int, cells: int) -> Callable[[Trial], None]:
    def tell(trial: Trial) -> None:
        done = [log.done[seed] for seed in cell.seeds if seed in log.done]
        opened = sum(item.result.door_opened for item in done)
        total = cells * cell.episodes
        report(number * cell.episodes + len(done), total, f"{cell.cell}: {opened} of {len(done)} opened")

    return tell


def _print(summary: dict[str, Any], folder: Path) -> None:
    for trial in summary["trials"]:
        outcome = "opened" if trial["door_opened"] else "failed"
        again = f"  (aborted {trial['aborted']} times before)" if trial["aborted"] else ""
        print(
            f"seed {trial['seed']:>4}  {outcome}  {trial['door_angle_deg']:5.1f} deg  {trial['steps']:>2} steps  "
            f"start {100 * trial['lateral_offset_m']:+5.1f} cm  {trial['scene']}  {trial['reason']}{again}"
        )
    for key, text in (("handle_grasped", "handle grasped"), ("door_opened", "door opened")):
        rate = summary[key]
        print(f"{text}: {rate['k']} of {rate['n']} (95 %: {100 * rate['low']:.0f} to {100 * rate['high']:.0f} %)")
    print(folder / "trials.json")
