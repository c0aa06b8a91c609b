"""`vinn bank`: demonstrations and encoder in, bundle out."""

from __future__ import annotations

import logging
import shlex
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import tyro

from vinn_training.bank.bank import Bank
from vinn_training.bank.build import build_bank, in_float16
from vinn_training.bank.bundle import check_bundle_place, load_bundle, write_bundle
from vinn_training.bank.calibration import calibrate
from vinn_training.bank.index_choice import check_wanted, choose_index
from vinn_training.bank.index_training import train_index
from vinn_training.bank.manifest import BundleManifest
from vinn_training.bank.trained_search import TrainedSearch
from vinn_training.cli.console import progress_bar
from vinn_training.demonstrations.dataset import ReaderOptions
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.encoder.artifact import load_encoder
from vinn_training.encoder.processes import Processes, process_group
from vinn_training.encoder.runtime import load_runtime

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class BankConfig:
    """What `vinn bank` takes.

    Attributes:
        dataset: Demonstrations, in any format that `vinn data info` reads.
        encoder: Folder that `vinn train` or `vinn export` wrote.
        output: The bundle's folder; a bundle that is there is replaced once the new one is whole.
        batch_size: Images encoded at once.
        threads: Of the encoder; 0 leaves the choice to its library.
        index: Search over the bank. auto: exact up to 100,000 frames, then the cheapest that reaches the recall. flat,
            sq8, hnsw and ivfpq are FAISS's.
        precision: Of the embeddings in the bundle. float16 takes half the disk and memory; its last digits are
            3 instead of 7.
        recall: Share of the true 10 nearest frames that the search must find; 1 means exact.
        reader: Choices that some formats leave.
    """

    dataset: tyro.conf.Positional[Path]
    encoder: Annotated[Path, tyro.conf.arg(aliases=["-e"])]
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    batch_size: int = 64
    threads: int = 0
    index: Literal["auto", "exact", "flat", "sq8", "hnsw", "ivfpq"] = "auto"
    recall: float = 0.99
    precision: Literal["float32", "float16"] = "float32"
    reader: ReaderOptions = field(default_factory=ReaderOptions)


def run(config: BankConfig) -> int:
    """Build the bank, write and check the bundle, and return the exit status.

    Raises:
        VinnError: If data, encoder or output folder cannot be used.
    """
    with process_group() as processes:
        return _build(config, processes)


def _build(config: BankConfig, processes: Processes) -> int:
    check_wanted(config.index, config.recall)
    check_bundle_place(config.output)
    dataset = open_dataset(config.dataset, config.reader)
    demonstrations = dataset.demonstrations
    encoder = load_encoder(config.encoder)
    runtime = load_runtime(encoder, threads=config.threads)
    with progress_bar("embedding frames") as report:
        built = build_bank(
            demonstrations, runtime, config.batch_size, lambda done, total: report(done, total, ""), processes
        )
    if not processes.first:
        return 0
    bank = in_float16(built.bank) if config.precision == "float16" else built.bank
    calibration = calibrate(bank)
    index = _index(bank, config)
    manifest = BundleManifest(
        encoder_spec=encoder.spec,
        encoder_id=encoder.encoder_id,
        bank_id=bank.bank_id,
        rows=len(bank),
        demonstrations=len(demonstrations),
        calibration=calibration,
        source=dataset.source or str(config.dataset),
        command=shlex.join(["vinn", *sys.argv[1:]]),
    )
    write_bundle(config.output, bank, encoder, built.thumbnails, manifest, index)
    bundle = load_bundle(config.output)
    print(
        f"bundle {bundle.path}: bank {bundle.bank.bank_id} of {len(bundle.bank)} frames from "
        f"{len(demonstrations)} demonstrations, encoder {encoder.encoder_id}, "
        f"median distance between demonstrations {calibration.median:.4g}"
    )
    return 0


def _index(bank: Bank, config: BankConfig) -> TrainedSearch | None:
    """Return the trained search that was chosen, None where it is exact."""
    choice = choose_index(len(bank), config.recall, config.index)
    _LOG.info("search: %s, %s", choice.kind, choice.reason)
    return None if choice.kind == "exact" else train_index(bank, choice.kind, config.recall).trained
