"""`vinn neighbors`: held-out frames beside their nearest demonstration frames, Figure 3 of the paper."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import cv2
import tyro

from vinn_training.cli.console import progress_bar
from vinn_training.cli.evaluate import open_tasks
from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.dataset import ReaderOptions
from vinn_training.demonstrations.splits import Split
from vinn_training.evaluation.encoder_sources import EncoderLoader, EncoderSources
from vinn_training.evaluation.evaluate import embed_all
from vinn_training.evaluation.held_out import HeldOut, split_of
from vinn_training.evaluation.neighbor_pictures import NeighborRow, draw_neighbors, spread_frames
from vinn_training.evaluation.result_files import write_bytes, write_json
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import PolicyConfig
from vinn_training.policy.nearest_neighbors import bank_of
from vinn_training.policy.vinn_policy import VinnPolicy

#: Neighbours drawn; more do not fit beside each other.
_MAX_DRAWN = 10


@dataclass(frozen=True)
class NeighborsCommand:
    """What `vinn neighbors` takes.

    Attributes:
        dataset: Demonstrations, in any format that `vinn data info` reads.
        encoder: Folder that `vinn train` wrote.
        output: Folder for neighbors.png and neighbors.json; see `vinn report`.
        queries: Held-out frames to show, spread over the test side.
        demonstration: Show frames of this held-out demonstration only.
        frames: These frames of it.
        k: Neighbours, 1 to 10.
        temperature: Of the softmin.
        seed: Which fold, where the data set has no split.
        held_out: As for `vinn evaluate`.
        folds: As for `vinn evaluate`.
        threads: Of the encoder; 0 leaves the choice to torch.
        reader: Choices that some formats of data leave.
    """

    dataset: tyro.conf.Positional[Path]
    encoder: Annotated[str, tyro.conf.arg(aliases=["-e"])]
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    queries: int = 6
    demonstration: str = ""
    frames: tuple[int, ...] = ()
    k: int = 5
    temperature: float = 1.0
    seed: int = 0
    held_out: HeldOut = "auto"
    folds: int = 4
    threads: int = 0
    reader: ReaderOptions = field(default_factory=ReaderOptions)


def run(config: NeighborsCommand) -> int:
    """Search, draw, write and return the exit status.

    Raises:
        VinnError: If data, encoder, options or the output folder cannot be used.
    """
    if not 1 <= config.k <= _MAX_DRAWN:
        raise InvalidInput(f"k is {config.k}; expected 1 to {_MAX_DRAWN} neighbours to draw")
    ((task, dataset),) = open_tasks((config.dataset,), config.reader).items()
    split = split_of(dataset, config.held_out, config.folds, config.seed)
    places = _places(config, split)
    sources = EncoderSources(byol=config.encoder)
    encoder = EncoderLoader(sources, config.output / "encoders", config.threads).load("byol", task, config.seed)
    with progress_bar("embedding") as report:
        embed_all(Split(split.training, tuple({item.name: item for item, _ in places}.values())), encoder, report)
    policy = VinnPolicy(bank_of(split.training, encoder), PolicyConfig(k=config.k, temperature=config.temperature))
    rows = [NeighborRow(item, frame, policy.act(encoder.embed(item)[frame])) for item, frame in places]
    picture = draw_neighbors(rows, {item.name: item for item in split.training})
    encoded = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1]
    write_bytes(config.output / "neighbors.png", encoded.tobytes())
    write_json(
        config.output / "neighbors.json",
        {"task": task, "k": config.k, "temperature": config.temperature, "queries": [row.to_dict() for row in rows]},
    )
    print(f"{config.output}: neighbors.png, neighbors.json; a page: vinn report {config.output}")
    return 0


def _places(config: NeighborsCommand, split: Split) -> list[tuple[Demonstration, int]]:
    if not config.demonstration:
        if config.frames:
            raise InvalidInput("--frames needs --demonstration, the held-out demonstration they are of")
        return spread_frames(split.test, config.queries)
    named = tuple(item for item in split.test if item.name == config.demonstration)
    if not named:
        names = ", ".join(item.name for item in split.test)
        raise InvalidInput(f"'{config.demonstration}' is not held out; expected one of: {names}")
    if not config.frames:
        return spread_frames(named, config.queries)
    wrong = [frame for frame in config.frames if not 0 <= frame < len(named[0])]
    if wrong:
        raise InvalidInput(f"'{config.demonstration}' has no frame {wrong[0]}; expected 0 to {len(named[0]) - 1}")
    return [(named[0], frame) for frame in config.frames]
