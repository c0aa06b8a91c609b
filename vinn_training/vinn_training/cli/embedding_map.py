"""`vinn embedding-map`: all frames' embeddings in the plane, coloured by phase."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import tyro

from vinn_training.cli.console import progress_bar
from vinn_training.cli.evaluate import open_tasks
from vinn_training.demonstrations.dataset import ReaderOptions
from vinn_training.demonstrations.splits import Split
from vinn_training.evaluation.embedding_map import MapMethod, map_embeddings
from vinn_training.evaluation.encoder_sources import EncoderLoader, EncoderSources
from vinn_training.evaluation.evaluate import embed_all
from vinn_training.evaluation.plots import map_figure, to_png
from vinn_training.evaluation.result_files import write_bytes, write_csv, write_json
from vinn_training.policy.nearest_neighbors import bank_of


@dataclass(frozen=True)
class EmbeddingMapCommand:
    """What `vinn embedding-map` takes.

    Attributes:
        dataset: Demonstrations, in any format that `vinn data info` reads.
        encoder: Folder that `vinn train` wrote.
        output: Folder for embedding_map.csv, .json and .png; see `vinn report`.
        method: pca, umap, or auto: UMAP where it is installed.
        seed: Of UMAP.
        threads: Of the encoder; 0 leaves the choice to torch.
        reader: Choices that some formats of data leave.
    """

    dataset: tyro.conf.Positional[Path]
    encoder: Annotated[str, tyro.conf.arg(aliases=["-e"])]
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    method: MapMethod = "auto"
    seed: int = 0
    threads: int = 0
    reader: ReaderOptions = field(default_factory=ReaderOptions)


def run(config: EmbeddingMapCommand) -> int:
    """Map, write and return the exit status.

    Raises:
        VinnError: If data, encoder, options or the output folder cannot be used.
    """
    ((task, dataset),) = open_tasks((config.dataset,), config.reader).items()
    sources = EncoderSources(byol=config.encoder)
    encoder = EncoderLoader(sources, config.output / "encoders", config.threads).load("byol", task, config.seed)
    with progress_bar("embedding") as report:
        embed_all(Split(dataset.demonstrations, ()), encoder, report)
    bank = bank_of(dataset.demonstrations, encoder)
    found = map_embeddings(bank, config.method, config.seed)
    rows = found.rows(bank)
    content = {"task": task, "method": found.method, "explained": found.explained, "points": rows}
    write_json(config.output / "embedding_map.json", content)
    write_csv(config.output / "embedding_map.csv", rows)
    write_bytes(config.output / "embedding_map.png", to_png(map_figure(content)))
    share = "" if found.explained is None else f", {100 * found.explained:.0f} % of the variance on two axes"
    print(f"{len(rows)} frames by {found.method}{share}")
    print(f"{config.output}: embedding_map.json, .csv, .png; a page: vinn report {config.output}")
    return 0
