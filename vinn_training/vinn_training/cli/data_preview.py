"""`vinn data preview`: frames with their actions, as one picture or web page."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import tyro

from vinn_training.cli.console import CONSOLE
from vinn_training.demonstrations.action_drawing import LEGEND
from vinn_training.demonstrations.dataset import ReaderOptions
from vinn_training.demonstrations.preview import write_preview
from vinn_training.demonstrations.reader import open_usable
from vinn_training.exceptions import InvalidDemonstration


@dataclass(frozen=True)
class PreviewConfig:
    """What `vinn data preview` takes.

    Attributes:
        dataset: Folder or file with demonstrations, in any format that `vinn data info` reads.
        output: File to write: .png for a picture, .html for a web page; either needs no other file.
        episodes: How many demonstrations at most, evenly spread over the data set.
        frames: How many frames of each at most, evenly spread over it.
        reader: Choices that some formats leave.
    """

    dataset: tyro.conf.Positional[Path]
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    episodes: int = 6
    frames: int = 8
    reader: ReaderOptions = field(default_factory=ReaderOptions)


def run(config: PreviewConfig) -> int:
    """Write the sheet and return the exit status: 1 if an episode had to be left out.

    Raises:
        InvalidDemonstration: If the data set cannot be used.
        InvalidInput: If the file cannot be written.
        MissingDependency: If the format needs a package that is not installed.
    """
    dataset = open_usable(config.dataset, config.reader)
    if not dataset.demonstrations:
        reason = next(iter(dataset.rejected.values()), "it is empty")
        raise InvalidDemonstration(f"{dataset.root}: no demonstration can be used; the first: {reason}")
    failed = write_preview(dataset, config.output, config.episodes, config.frames)
    for name in failed:
        CONSOLE.print(f"{name}: left out, an image cannot be read", style="red", markup=False, soft_wrap=True)
    print(f"{config.output}: {LEGEND}")
    return 1 if failed else 0
