"""`vinn collect`: demonstrations from videos of a person with a grabber."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import cv2
import numpy as np
import tyro
from numpy.typing import NDArray

from vinn_training.cli.console import CONSOLE, progress_bar
from vinn_training.collection.collect import Collector
from vinn_training.collection.collect_config import CollectConfig
from vinn_training.collection.collection_dataset import REJECTED_FOLDER, Outcome, collect_videos
from vinn_training.collection.gripper_openings import Labeller
from vinn_training.collection.lens import Lens, read_lens
from vinn_training.collection.lens_presets import PRESETS, preset_lens
from vinn_training.collection.quality import QUALITY_FILE
from vinn_training.collection.stages import default_stages
from vinn_training.collection.structure import StructureConfig
from vinn_training.demonstrations.dataset_info import DatasetInfo
from vinn_training.demonstrations.gripper_labels import GripperLabels
from vinn_training.exceptions import InvalidInput
from vinn_training.preprocessing import CropBox

EXIT_SOME_FAILED = 1
EXIT_NOTHING_USABLE = 2

#: Frames a second shown to the labeller that follows the fingers: at fewer they move too far in between.
MOTION_LABELLER_RATE_HZ = 10.0


@dataclass(frozen=True)
class CollectArguments:
    """What `vinn collect` takes.

    Attributes:
        videos: One video a demonstration.
        output: Folder of the data set. Videos that are in it already are skipped; those that fail are set aside in
            its folder .rejected, each with the reason.
        lens: Lens file of `vinn calibrate`, or a preset (gopro-wide-16x9, gopro-wide-4x3). Without it the pictures
            are taken as linear: right for phones, webcams and the linear mode of action cameras.
        mask: Picture (PNG) of the aspect ratio of the linear pictures, black where they are to be ignored. Without
            it the grabber is found by itself.
        mapper: Structure from motion asked first.
        gripper: "motion" follows the grabber in the picture; "none" takes it as open; or the folder of a model of
            `vinn gripper train`.
        crop: Rectangle that an encoder is to see: left, top, right, bottom, and the width and height of the pictures
            in which they are given. It scales with the stored pictures, which are kept whole.
        collecting: How frames are taken.
    """

    videos: tyro.conf.Positional[tuple[Path, ...]]
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    lens: str | None = None
    mask: Path | None = None
    mapper: Literal["global", "incremental"] = "global"
    gripper: str = "motion"
    crop: tuple[int, int, int, int, int, int] | None = None
    collecting: Annotated[CollectConfig, tyro.conf.arg(name="")] = field(default_factory=CollectConfig)


def run(config: CollectArguments) -> int:
    """Collect and return the exit status: 0, 1 if some video failed, 2 if none could be used.

    Raises:
        VinnError: If an option, the folder or an installation cannot be used.
    """
    if not config.videos:
        raise InvalidInput("no videos given; expected one or more files")
    labeller = _labeller(config.gripper)
    info = DatasetInfo(
        layout="door",
        # A network's states are classes, whose order the manifest then holds.
        gripper=getattr(labeller, "gripper_labels", GripperLabels(meaning="opening")),
        crop=None if config.crop is None else CropBox(*config.crop),
        source="videos of a person with a grabber (vinn collect)",
        length_unit="arbitrary",
        rate_hz=config.collecting.rate_hz or None,
    )
    collector = Collector(
        config=config.collecting,
        stages=default_stages(StructureConfig(mapper=config.mapper)),
        labeller=labeller,
        lens=_lens(config.lens),
        lens_is_nominal=config.lens in PRESETS,
        mask=None if config.mask is None else _read_mask(config.mask),
        labeller_rate_hz=MOTION_LABELLER_RATE_HZ if config.gripper == "motion" else 0.0,
    )
    outcomes: list[Outcome] = []
    with progress_bar("collecting") as report:
        report(0, len(config.videos), "")

        def show(name: str, text: str) -> None:
            report(len(outcomes), len(config.videos), f"{name}: {text}")

        for outcome in collect_videos(config.videos, config.output, info, collector, show):
            outcomes.append(outcome)
            report(len(outcomes), len(config.videos), outcome.name)
            _describe(outcome)
    return _conclude(outcomes, config.output)


def _describe(outcome: Outcome) -> None:
    quality = outcome.quality
    if quality is None:
        CONSOLE.print(f"{outcome.video}: collected already, as {outcome.name}", markup=False, soft_wrap=True)
        return
    if outcome.state == "rejected":
        line = quality.reason if str(outcome.video) in quality.reason else f"{outcome.video}: {quality.reason}"
        CONSOLE.print(f"set aside: {line}", style="red", markup=False, soft_wrap=True)
    else:
        print(
            f"{outcome.name}: {quality.labelled} of {quality.frames} frames labelled at {quality.rate_hz:.3g} Hz, "
            f"{len(quality.at_rest)} at rest, {quality.registered} with a pose, "
            f"focal length {quality.focal_px:.0f} px, reprojection error {quality.reprojection_error_px:.2f} px"
        )
    for text in (*(f"video {fault}" for fault in quality.video_faults), *quality.notes):
        CONSOLE.print(f"{outcome.name}: {text}", style="yellow", markup=False, soft_wrap=True)


def _conclude(outcomes: list[Outcome], output: Path) -> int:
    counts = {state: sum(outcome.state == state for outcome in outcomes) for state in ("kept", "skipped", "rejected")}
    print(
        f"{output}: {counts['kept']} demonstrations collected, {counts['skipped']} were there already, "
        f"{counts['rejected']} set aside"
    )
    if not counts["rejected"]:
        return 0
    print(f"reasons: {output / REJECTED_FOLDER}/*/{QUALITY_FILE}")
    return EXIT_SOME_FAILED if counts["kept"] or counts["skipped"] else EXIT_NOTHING_USABLE


def _lens(name: str | None) -> Lens | None:
    if name is None:
        return None
    if name in PRESETS:
        return preset_lens(name)
    path = Path(name)
    if not path.is_file():
        raise InvalidInput(f"lens is '{name}'; expected a file of `vinn calibrate`, or one of: {', '.join(PRESETS)}")
    return read_lens(path)


def _read_mask(path: Path) -> NDArray[np.uint8]:
    """Return a mask, (H, W) uint8, 0 or 255."""
    data = np.fromfile(path, np.uint8) if path.is_file() else np.zeros(0, np.uint8)
    grey = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE) if data.size else None
    if grey is None:
        raise InvalidInput(f"{path}: not a readable picture; expected a mask, black where to ignore the pictures")
    mask = np.where(grey < 128, 0, 255).astype(np.uint8)
    if not mask.any():
        raise InvalidInput(f"{path}: black everywhere; expected white where the pictures are to be used")
    return mask


def _labeller(name: str) -> Labeller | None:
    """Return the way to label openings; a network needs torch, so it is imported only when asked for."""
    if name == "none":
        return None
    if name == "motion":
        from vinn_training.collection.gripper_motion import GripperMotionLabeller

        return GripperMotionLabeller()
    if not Path(name).is_dir():
        raise InvalidInput(f"gripper is '{name}'; expected motion, none, or the folder of `vinn gripper train`")
    from vinn_training.gripper.labeller import NetworkLabeller

    return NetworkLabeller(name)
