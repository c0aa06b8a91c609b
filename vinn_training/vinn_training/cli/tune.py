"""`vinn tune`: the policy's parameters that fit recorded bags, and the trade-offs between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import cv2
import tyro

from vinn_training.bank.bundle import Bundle, load_bundle
from vinn_training.bank.stored_index import has_index
from vinn_training.cli.console import progress_bar
from vinn_training.encoder.runtime import load_runtime
from vinn_training.exceptions import InvalidInput
from vinn_training.folder_lock import FolderLock
from vinn_training.policy.config import PolicyConfig
from vinn_training.replay.session import SessionOptions
from vinn_training.tuning.embedding_cache import EmbeddingCache
from vinn_training.tuning.embedding_pass import EmbeddingPass
from vinn_training.tuning.grid_options import GridOptions
from vinn_training.tuning.objective import Criteria
from vinn_training.tuning.output import CACHE_FOLDER, PAGE_FILE, PARAMETER_FILE, untunable_lines, write_output
from vinn_training.tuning.parameter_file import StartingPoint, read_start
from vinn_training.tuning.recorded_labels import FrameChoice
from vinn_training.tuning.summary import summarise
from vinn_training.tuning.tune import TuningOptions, TuningResult, largest_k, look_up, tune
from vinn_training.tuning.tuned_bag import read_recordings


@dataclass(frozen=True)
class TuneCommand:
    """What `vinn tune` takes.

    Attributes:
        bags: Recorded bags, or folders of bags: demonstrations, or sessions that went well.
        bundle: Folder that `vinn bank` wrote.
        output: Folder for policy.yaml, the launch file's params_file; report.html; settings.json and .csv; pictures;
            and the embeddings, so that tuning again encodes nothing.
        start: Parameter file to begin with, or what `ros2 param dump /policy` printed. What is not tuned stays as it
            says.
        k: Neighbours to try; a usual range where none is named, as for the others.
        temperature: Temperatures to try.
        action_scale: Values of c to try, the same for all axes.
        close_below: Openings up to which the gripper closes.
        open_above: Openings from which on it opens.
        hold_quantile: Quantiles above which the robot holds.
        gripper_weight: Of the gripper's error beside the MSE of the direction.
        max_held_share: Share of frames on which the robot may hold.
        window_s: How far a gripper event may be off and still count as found.
        frames: "steps": images that the bridge answered with a motion, which is measured to the next of them; "all":
            every image, or those at the session's rate; "auto": steps where the bags have them and no rate is named.
        step_length_m: The bridge's: motion in metres for an action of length 1.
        per_axis: Fit c axis by axis; else it is one of the values to try.
        threads: Of the encoder; 0 leaves the choice to its library.
        session: Topics, and how what really happened is measured.
    """

    bags: tyro.conf.Positional[tuple[Path, ...]]
    bundle: Path
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    start: Path | None = None
    k: tuple[int, ...] = ()
    temperature: tuple[float, ...] = ()
    action_scale: tuple[float, ...] = ()
    close_below: tuple[float, ...] = ()
    open_above: tuple[float, ...] = ()
    hold_quantile: tuple[float, ...] = ()
    gripper_weight: float = Criteria.gripper_weight
    max_held_share: float = Criteria.max_held_share
    window_s: float = Criteria.window_s
    frames: FrameChoice = "auto"
    step_length_m: float = TuningOptions.step_length_m
    per_axis: bool = TuningOptions.per_axis
    threads: int = 0
    session: SessionOptions = field(default_factory=SessionOptions)

    @property
    def options(self) -> TuningOptions:
        """What to try and how to choose, checked."""
        grid = GridOptions(
            self.k, self.temperature, self.action_scale, self.close_below, self.open_above, self.hold_quantile
        )
        criteria = Criteria(self.gripper_weight, self.max_held_share, self.window_s)
        return TuningOptions(grid, criteria, self.step_length_m, self.per_axis)


def run(config: TuneCommand) -> int:
    """Tune, write the results and return the exit status.

    Raises:
        VinnError: If bags, bundle, starting point, options or the output folder cannot be used.
    """
    options = config.options
    start = StartingPoint(PolicyConfig()) if config.start is None else read_start(config.start)
    k = largest_k(options.grid, start.config)  # what cannot be tried is refused before any work
    if not config.bags:
        raise InvalidInput("no bag given; expected one or more")
    bundle = load_bundle(config.bundle)
    with FolderLock(config.output, "`vinn tune`"):
        recordings, rejected = read_recordings(config.bags, config.session, config.frames)
        encoder = _encoder(bundle, config)
        with progress_bar("encoding") as report:
            bags = look_up(recordings, bundle.bank, bundle.calibration, encoder, options, k, report)
        result = tune(bags, bundle.calibration, options, start.config)
        content = summarise(
            result, options, str(config.bundle), bundle.bank.bank_id, bundle.manifest.encoder_id, rejected,
            [*start.notes, *_search_notes(bundle)],
        )  # fmt: skip
        write_output(config.output, result, start, content)
    _print(result, content, config.output)
    return 0


def _encoder(bundle: Bundle, config: TuneCommand) -> EmbeddingPass:
    cv2.setNumThreads(1)  # as perception
    encoder_id = bundle.manifest.encoder_id
    return EmbeddingPass(
        encoder_id,
        bundle.bank.embedding_size,
        lambda: load_runtime(bundle, threads=config.threads),
        EmbeddingCache(config.output / CACHE_FOLDER, encoder_id),
    )


def _search_notes(bundle: Bundle) -> Sequence[str]:
    if not has_index(bundle.path):
        return ()
    return ("the bundle searches by an index that may miss a neighbour; these numbers are of exact search",)


def _print(result: TuningResult, content: dict[str, Any], output: Path) -> None:
    for bag in content["bags"]:
        print(
            f"{bag['name']}: {bag['frames']} frames ({bag['recorded']} embeddings recorded, {bag['cached']} on disk, "
            f"{bag['encoded']} encoded)"
        )
        for note in bag["notes"]:
            print(f"  {note}")
    for name, reason in content["rejected"].items():
        print(f"left out: {name}: {reason}")
    rate = content["settings"] / max(content["sweep_s"], 1e-9)
    print(f"{content['settings']} settings in {content['sweep_s']:.2f} s, {rate:.0f} a second")
    for line in untunable_lines(result):
        print(line)
    for name, (before, after) in content["changed"].items():
        print(f"{name}: {before} -> {after}")
    for name in result.tuned:
        if name not in content["changed"]:
            print(f"{name}: {content['best'][name]} stays")
    print(f"cost {content['start']['cost']:.4f} -> {content['best']['cost']:.4f}")
    for note in (*content["notes"], content["generalisation"]):
        print(f"note: {note}")
    print(f"{output / PARAMETER_FILE}: for params_file; the trade-offs: {output / PAGE_FILE}")
