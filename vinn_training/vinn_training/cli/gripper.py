"""`vinn gripper`: label gripper states on a web page, train the network that sees them, and use it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import tyro

from vinn_training.cli.console import CONSOLE, progress_bar
from vinn_training.demonstrations.dataset import ReaderOptions
from vinn_training.demonstrations.dataset_info import DatasetInfo
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.demonstrations.vinn_layout import dataset_info
from vinn_training.demonstrations.vinn_writer import VinnDatasetWriter
from vinn_training.durable_files import replace_file
from vinn_training.exceptions import InvalidInput
from vinn_training.gripper.artifact import MANIFEST_FILE, GripperSpec, write_gripper_model
from vinn_training.gripper.frame_sources import Episode, open_episodes, spread
from vinn_training.gripper.label_page import PagePicture, label_page
from vinn_training.gripper.label_set import DEFAULT_STATES, LabelSet, merge_label_sets, read_label_set
from vinn_training.gripper.labelled_pictures import load_pictures
from vinn_training.gripper.labeller import NetworkLabeller
from vinn_training.gripper.smoothing import Smoothing
from vinn_training.gripper.split import split_frames
from vinn_training.gripper.training import GripperTrainingConfig, train_gripper
from vinn_training.preprocessing import Preprocessing


@dataclass(frozen=True)
class LabelConfig:
    """What `vinn gripper label` takes.

    Attributes:
        sources: Videos and data sets, of the camera and gripper that the network is for.
        output: The labels file that the page is to save, LABELS.json. The page goes beside it. Labels that the file
            holds already are shown.
        count: Pictures in all, at even distances in time.
        states: Names of the states, from closed to open; key 1 is the first.
        reader: Choices that some formats of data leave.
    """

    sources: tyro.conf.Positional[tuple[Path, ...]]
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    count: int = 300
    states: tuple[str, ...] = DEFAULT_STATES
    reader: ReaderOptions = field(default_factory=ReaderOptions)


@dataclass(frozen=True)
class TrainConfig:
    """What `vinn gripper train` takes.

    Attributes:
        labels: Files that the labelling page saved.
        output: Folder of the model; one that is there is replaced once the new one is whole.
        size: Side of the network's square input, pixels, a multiple of 16.
        validation_fraction: Share of the labelled frames kept to measure on.
        min_labels: Labelled frames that every state must have.
        threads: Of torch; more than one rarely helps so small a network. 0 leaves the choice to torch.
        reader: Choices that some formats of data leave.
        training: How to train.
    """

    labels: tyro.conf.Positional[tuple[Path, ...]]
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    size: int = 128
    validation_fraction: float = 0.25
    min_labels: int = 10
    threads: int = 1
    reader: ReaderOptions = field(default_factory=ReaderOptions)
    training: Annotated[GripperTrainingConfig, tyro.conf.arg(name="")] = field(default_factory=GripperTrainingConfig)


@dataclass(frozen=True)
class ApplyConfig:
    """What `vinn gripper apply` takes.

    Attributes:
        model: Folder that `vinn gripper train` wrote.
        sources: Videos and data sets.
        output: JSON file of the openings; they are printed where it is not given.
        dataset: Folder of a new data set: the source's demonstrations with the gripper column replaced. Needs exactly
            one source, a data set.
        smoothing: How neighbours in time correct each other: none, median (of three frames) or chain (states rather
            stay, and pass through those in between).
        reader: Choices that some formats of data leave.
    """

    model: tyro.conf.Positional[Path]
    sources: tyro.conf.Positional[tuple[Path, ...]]
    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"])] = None
    dataset: Path | None = None
    smoothing: Smoothing = "chain"
    reader: ReaderOptions = field(default_factory=ReaderOptions)


GripperConfig = (
    Annotated[LabelConfig, tyro.conf.subcommand("label", description="Make a web page to label gripper states on.")]
    | Annotated[TrainConfig, tyro.conf.subcommand("train", description="Train the network from labelled frames.")]
    | Annotated[ApplyConfig, tyro.conf.subcommand("apply", description="Label videos or a data set by the network.")]
)


def run(config: GripperConfig) -> int:
    """Label, train or apply, and return the exit status.

    Raises:
        VinnError: If sources, labels, model or options cannot be used.
    """
    if isinstance(config, LabelConfig):
        return _label(config)
    return _train(config) if isinstance(config, TrainConfig) else _apply(config)


def _label(config: LabelConfig) -> int:
    labels = read_label_set(config.output) if config.output.exists() else LabelSet(config.states)
    if labels.closed_to_open != config.states:
        raise InvalidInput(
            f"{config.output}: its states are {list(labels.closed_to_open)}, but {list(config.states)} are asked for; "
            "expected the same: give --states, or another output"
        )
    page_path = config.output.with_suffix(".html")
    if page_path == config.output:
        raise InvalidInput(f"output is {config.output}; expected the labels file, which ends in .json")
    episodes = _episodes(config.sources, config.reader)
    numbers = spread(episodes, config.count)
    for episode, chosen in zip(episodes, numbers, strict=True):
        known = {label.frame for label in labels.frames if _is_of(label.source, label.episode, episode)}
        chosen[:] = sorted({*chosen, *(number for number in known if number < episode.length)})
    total = sum(len(chosen) for chosen in numbers)
    with progress_bar("reading pictures") as report:

        def pictures() -> Iterator[PagePicture]:
            done = 0
            for episode, chosen in zip(episodes, numbers, strict=True):
                for number, image in episode.read(chosen):
                    yield PagePicture(str(episode.source.resolve()), episode.name, number, image)
                    done += 1
                    report(done, total, "")

        page = label_page(pictures(), labels, config.output)
    page_path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(page_path, page.encode())
    keys = ", ".join(f"{index} {state}" for index, state in enumerate(config.states, start=1))
    print(
        f"{page_path}: {total} pictures, {len(labels.frames)} labelled before. Open it in a browser, press the keys "
        f"({keys}), save (S), and put the file at {config.output}"
    )
    return 0


def _episodes(sources: Sequence[Path], options: ReaderOptions) -> list[Episode]:
    if not sources:
        raise InvalidInput("no source; expected one or more videos or data sets")
    return [episode for source in sources for episode in open_episodes(source, options)]


def _is_of(source: str, name: str, episode: Episode) -> bool:
    return source == str(episode.source.resolve()) and name == episode.name


def _train(config: TrainConfig) -> int:
    if config.threads:
        torch.set_num_threads(config.threads)
    labels = merge_label_sets(config.labels)
    counts = labels.count()
    few = {state: count for state, count in counts.items() if count < config.min_labels}
    if few:
        raise InvalidInput(
            f"too few labelled frames: {', '.join(f'{state} {count}' for state, count in few.items())}; expected at "
            f"least {config.min_labels} of every state: label more with `vinn gripper label`"
        )
    preprocessing = Preprocessing(size=config.size)
    with progress_bar("reading pictures") as report:
        data = load_pictures(labels, preprocessing, config.reader, lambda done, total: report(done, total, ""))
    split = split_frames(data.episodes, data.frames, data.states, config.validation_fraction, config.training.seed)
    with progress_bar("training") as report:
        trained = train_gripper(
            data.images, data.states, split, preprocessing, config.training,
            lambda done, total, accuracy: report(done, total, f"accuracy {accuracy:.3f}"),
        )  # fmt: skip
    spec = GripperSpec(labels.closed_to_open, preprocessing, *data.image_size, accuracy=trained.validation.accuracy)
    results = {
        "labels": counts,
        "split_by": split.by,
        "validation": trained.validation.to_dict(),
        "training": trained.training.to_dict(),
        "epochs": trained.epochs,
        "best_epoch": trained.best_epoch,
        "seconds": round(trained.seconds, 1),
        "config": dataclasses.asdict(config.training),
    }
    path = write_gripper_model(config.output, spec, trained.weights, results)
    print(trained.validation.table(labels.closed_to_open))
    print(
        f"{path}: {trained.validation.accuracy:.1%} of {len(split.validation)} validation frames right (kept apart by "
        f"{split.by}), {trained.training.accuracy:.1%} of {len(split.training)} learnt from, epoch "
        f"{trained.best_epoch} of {trained.epochs}, {trained.seconds:.0f} s; more in {MANIFEST_FILE}"
    )
    return 0


def _apply(config: ApplyConfig) -> int:
    labeller = NetworkLabeller(config.model, config.smoothing)
    if config.dataset is not None:
        _write_dataset(config, labeller, config.dataset)
        if config.output is None:
            return 0
    rows = []
    episodes = _episodes(config.sources, config.reader)
    with progress_bar("looking at the gripper") as report:
        for done, episode in enumerate(episodes, start=1):
            openings = labeller(episode.images())
            rows.append(
                {
                    "source": str(episode.source),
                    "episode": episode.name,
                    "openings": np.round(openings, 4).astype(float).tolist(),
                }
            )
            report(done, len(episodes), episode.name or episode.source.name)
    text = json.dumps({"closed_to_open": list(labeller.spec.closed_to_open), "episodes": rows}, indent=1) + "\n"
    if config.output is None:
        print(text, end="")
    else:
        replace_file(config.output, text.encode())
        print(f"{config.output}: openings of {len(rows)} videos or demonstrations")
    return 0


def _write_dataset(config: ApplyConfig, labeller: NetworkLabeller, folder: Path) -> None:
    if len(config.sources) != 1 or not config.sources[0].exists():
        raise InvalidInput(f"--dataset with the sources {[str(s) for s in config.sources]}; expected one data set")
    if folder.exists() and any(folder.iterdir()):
        raise InvalidInput(f"{folder}: exists and is not empty; expected the name of a new data set")
    source = config.sources[0]
    dataset = open_dataset(source, config.reader)
    base = dataset_info(source) if dataset.format == "vinn" else DatasetInfo(crop=dataset.crop, source=dataset.source)
    info = dataclasses.replace(base, layout="door", gripper=labeller.gripper_labels)
    writer = VinnDatasetWriter(folder, info)
    with progress_bar("labelling") as report:
        for done, item in enumerate(dataset.demonstrations, start=1):
            openings = labeller(item.load_image(index) for index in range(len(item)))
            writer.write(dataclasses.replace(item, gripper=openings), f"{source}, gripper by {config.model}")
            report(done, len(dataset.demonstrations), item.name)
    CONSOLE.print(f"{folder}: {len(dataset.demonstrations)} demonstrations with the network's gripper states")
