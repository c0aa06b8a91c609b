"""Which `vinn` commands make Table III from nothing: data, pretraining, encoders, evaluations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vinn_training.encoder.artifact import WEIGHTS_FILE
from vinn_training.encoder.checkpoint import CHECKPOINT_FILE
from vinn_training.evaluation.job_process import Job
from vinn_training.evaluation.methods import METHODS, EncoderName
from vinn_training.evaluation.table3_sizes import COLUMNS, IMAGENET, IN_DOMAIN, Size
from vinn_training.evaluation.table_stages import (
    Stage,
    pretraining_stage,
    simulation_stage,
    weights_label,
    weights_source,
)
from vinn_training.exceptions import InvalidInput

#: Encoders that are trained for each task and seed: method of `vinn train`, and whether pretrained weights come first.
_TRAINED: dict[EncoderName, tuple[str, bool]] = {
    "byol": ("byol", True),
    "byol_scratch": ("byol", False),
    "vicreg": ("vicreg", True),
    "simclr": ("simclr", True),
}


@dataclass(frozen=True)
class Plan:
    """What to make.

    Attributes:
        folder: Gets everything.
        size: How much of it.
        pretrained: in-domain, imagenet, none, or a file or folder of weights.
        seeds: Of encoders and methods.
        methods: Columns.
        workers: Processes at a time.
        datasets: Data sets with a split, by task; empty: simulated ones are made.

    Raises:
        InvalidInput: If a number cannot be used.
    """

    folder: Path
    size: Size
    pretrained: str
    seeds: tuple[int, ...]
    methods: tuple[str, ...] = COLUMNS
    workers: int = 2
    datasets: Mapping[str, Path] | None = None

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise InvalidInput(f"workers is {self.workers}; expected one or more")
        if not self.seeds or len(set(self.seeds)) != len(self.seeds) or min(self.seeds) < 0:
            raise InvalidInput(f"seeds are {list(self.seeds)}; expected one or more, all different, none negative")
        if "{" in str(self.folder) or "}" in str(self.folder):
            raise InvalidInput(f"output is {self.folder}; expected a path without braces")

    @property
    def data(self) -> dict[str, Path]:
        """Folders of the data sets, by task."""
        if self.datasets:
            return dict(self.datasets)
        return {task: self.folder / "data" / task for task in self.size.tasks}

    def pretraining(self) -> dict[str, str]:
        """Return what each method's encoder starts from: "none", "imagenet", "in-domain" or "file"."""
        label = weights_label(self.pretrained)
        without = (None, "byol_scratch", "untrained")
        return {name: "none" if METHODS[name].encoder in without else label for name in self.methods}

    def stages(self) -> list[Stage]:
        """Return all that is to be done, in order."""
        stages = [] if self.datasets else [self._simulate(), self._split()]
        needed = self._encoders()
        if self.pretrained == IN_DOMAIN and (set(needed) - {"byol_scratch", "untrained"}):
            stages.append(pretraining_stage(self.folder, self.size.preset, self.workers))
        train = self._train([name for name in _TRAINED if name in needed])
        return [*stages, *([train] if train.jobs else []), self._evaluate()]

    def evaluation(self, task: str, seed: int) -> Path:
        """Return the folder of one evaluation."""
        return self.folder / "evaluations" / f"{task}_{seed}"

    def _encoders(self) -> set[EncoderName]:
        """Return the encoders that the methods ask for, and VINN's own where others are made in its likeness."""
        names = {METHODS[name].encoder for name in self.methods}
        found: set[EncoderName] = {name for name in names if name is not None}
        return found | {"byol"} if found & {"imagenet", "untrained"} else found

    def _simulate(self) -> Stage:
        sizes = self.size.tasks.items()
        data = {task: (self.data[task], size.training + size.test) for task, size in sizes}
        return simulation_stage(data, self.workers)

    def _split(self) -> Stage:
        jobs = []
        for task, size in self.size.tasks.items():
            fraction = f"{size.test / (size.training + size.test):.4f}"
            jobs.append(Job(f"split_{task}", ("data", "split", str(self.data[task]), "--test-fraction", fraction)))
        return Stage("splitting them", tuple(jobs))

    def _train(self, names: Sequence[EncoderName]) -> Stage:
        jobs = []
        weights = weights_source(self.pretrained, self.folder)
        for seed in self.seeds:
            for task, data in self.data.items():
                for name in names:
                    method, from_pretrained = _TRAINED[name]
                    output = self._encoder(name, task, str(seed))
                    arguments = (
                        "train", str(data), "-o", output, "--preset", self.size.preset, "--method", method,
                        "--weights", weights if from_pretrained else "none",
                        "--seed", str(seed), "--reader.split", "training", "--held-out.source", "none",
                        "--threads", "1",
                    )  # fmt: skip
                    jobs.append(Job(f"train_{task}_{name}_{seed}", arguments, spent=(Path(output) / CHECKPOINT_FILE,)))
        return Stage("training encoders", tuple(jobs))

    def _evaluate(self) -> Stage:
        needed, jobs = self._encoders(), []
        sources = {name: self._encoder(name, "{task}", "{seed}") for name in _TRAINED if name in needed}
        if "imagenet" in needed:
            named = {"none": "random", IMAGENET: IMAGENET}
            sources["imagenet"] = named.get(self.pretrained, f"weights:{weights_source(self.pretrained, self.folder)}")
        options = [part for name, path in sources.items() for part in (f"--encoders.{name.replace('_', '-')}", path)]
        for seed in self.seeds:
            for task, data in self.data.items():
                arguments = (
                    "evaluate", str(data), "-o", str(self.evaluation(task, seed)), "--preset", self.size.preset,
                    "--methods", *self.methods, "--seeds", str(seed), "--held-out", "split", "--threads", "1", *options,
                )  # fmt: skip
                made = self.evaluation(task, seed) / "encoders"  # copies of weights that are elsewhere, or random
                spent = [made / f"{task}_{kind}_{seed}" / WEIGHTS_FILE for kind in ("random", "weights", IMAGENET)]
                jobs.append(Job(f"evaluate_{task}_{seed}", arguments, spent=tuple(spent)))
        return Stage("evaluating methods", tuple(jobs))

    def _encoder(self, name: EncoderName, task: str, seed: str) -> str:
        return str(self.folder / "encoders" / task / f"{name}_{seed}")
