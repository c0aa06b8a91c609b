"""`vinn calibrate`: a lens file from a video of a chessboard."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import tyro

from vinn_training.cli.console import CONSOLE, progress_bar
from vinn_training.collection.board_views import Board, find_views
from vinn_training.collection.calibrate import CalibrationConfig, calibrate
from vinn_training.collection.frame_choice import RateFilter
from vinn_training.collection.lens import LensModel, write_lens
from vinn_training.collection.video import frames, probe
from vinn_training.exceptions import CollectionError


@dataclass(frozen=True)
class CalibrateConfig:
    """What `vinn calibrate` takes.

    Attributes:
        video: The camera moves slowly around a printed chessboard (or the other way round): near every border of the
            picture, near and far, tilted to all sides. Half a minute is enough. Record in the mode (resolution,
            lens setting, no stabilisation) of the demonstrations.
        output: Lens file to write (JSON).
        board: The chessboard.
        model: "fisheye" for action cameras in wide modes, "pinhole" for phones and webcams.
        rate_hz: Frames a second in which the board is looked for.
        demands: When to refuse.
    """

    video: tyro.conf.Positional[Path]
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    board: Annotated[Board, tyro.conf.arg(name="")] = field(default_factory=Board)
    model: LensModel = "fisheye"
    rate_hz: float = 5.0
    demands: CalibrationConfig = field(default_factory=CalibrationConfig)


def run(config: CalibrateConfig) -> int:
    """Calibrate, write the lens file and return the exit status.

    Raises:
        InvalidDemonstration: If the video cannot be read.
        InvalidInput: If an option cannot be used.
        CollectionError: If the video does not tell the lens; the message says why.
    """
    info = probe(config.video)
    reader = frames(config.video, RateFilter(config.rate_hz))
    with progress_bar("looking for the board") as report:

        def show(time_s: float, views: int) -> None:
            report(min(round(time_s), round(info.duration_s)), round(info.duration_s), f"s of video, {views} views")

        views, size = find_views(reader, config.board, config.demands.most_views, show)
    for fault in reader.faults:
        CONSOLE.print(f"warning: {config.video}: {fault}", style="yellow", markup=False, soft_wrap=True)
    try:
        found = calibrate(views, size, config.board, config.model, config.demands)
    except CollectionError as error:
        raise CollectionError(f"{config.video}: {error}") from error
    write_lens(config.output, found.lens)
    lens = found.lens
    print(
        f"{config.output}: {lens.model}, {lens.width}x{lens.height}, focal length {lens.fx:.1f} x {lens.fy:.1f} px, "
        f"{found.views} views over {100 * found.coverage:.0f} % of the picture, error {found.error_px:.3f} px (RMS)"
    )
    return 0
