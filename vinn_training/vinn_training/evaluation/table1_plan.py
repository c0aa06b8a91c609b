"""Which `vinn` commands make Tables I and II in simulation from nothing: data, encoders, bundles, trials."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from vinn_training.encoder.checkpoint import CHECKPOINT_FILE
from vinn_training.evaluation.job_process import Job
from vinn_training.evaluation.table3_sizes import IMAGENET, IN_DOMAIN
from vinn_training.evaluation.table_stages import (
    Stage,
    pretraining_stage,
    simulation_stage,
    weights_label,
    weights_source,
)
from vinn_training.evaluation.trial_scenes import Starts
from vinn_training.exceptions import InvalidInput

#: Table I's methods: name in results, and what `vinn trials --policy` calls it.
METHODS = {
    "vinn": "vinn", "bc-rep": "bc-rep", "open-loop": "blind", "imagenet": "vinn", "bc": "bc", "random": "random",
}  # fmt: skip
#: Those that the paper's statements are about.
COMPARED_METHODS = ("vinn", "bc-rep", "open-loop")
#: Table II's.
OCCLUDED_METHODS = ("vinn", "bc-rep")
#: Table II's rows below "nothing covered", which is Table I's.
OCCLUSIONS = ("signs", "signs-one-bin", "signs-both-bins")
#: The three training cabinets of Table I.
CABINETS = ("white_office", "oak", "navy")


@dataclass(frozen=True)
class Size:
    """How much of everything.

    Attributes:
        preset: Of `vinn train`, and of how BC and BC-rep are trained.
        pretrained: Weights that encoders start from: in-domain or imagenet.
        demonstrations: Of the scripted expert, half of them of each hinge side.
        calibrate_temperature: Of neighbour regression, for the encoder's scale, on the demonstrations alone.
    """

    preset: str
    pretrained: str
    demonstrations: int
    calibrate_temperature: bool


SIZES = {
    "small": Size("small", IN_DOMAIN, 144, True),
    "paper": Size("paper", IMAGENET, 144, False),
}


@dataclass(frozen=True)
class TrialPlan:
    """Which trials.

    Attributes:
        trials: Of each method on Table I's training cabinets, and as many on held-out ones, for each hinge side.
        occluded_trials: Of each cell of Table II.
        starts: Where the robot begins, as in `vinn trials`: wide or paper.
        seed: Of the first trial of every cell.
        hold_quantile: Of the neighbour methods; 1 never holds, as in the paper.

    Raises:
        InvalidInput: If there is no trial, or the seed is negative.
    """

    trials: int = 30
    occluded_trials: int = 30
    starts: Starts = "wide"
    seed: int = 0
    hold_quantile: float = 1.0

    def __post_init__(self) -> None:
        if self.trials < 1 or self.occluded_trials < 1:
            raise InvalidInput(
                f"trials is {self.trials} and occluded-trials {self.occluded_trials}; expected one or more of each"
            )
        if self.seed < 0:
            raise InvalidInput(f"seed is {self.seed}; expected zero or more")
        if not 0.0 <= self.hold_quantile <= 1.0:
            raise InvalidInput(f"hold-quantile is {self.hold_quantile}; expected 0 to 1")


@dataclass(frozen=True)
class DoorPlan:
    """What to make.

    Attributes:
        folder: Gets everything.
        size: How much data and training.
        trials: Which trials.
        pretrained: in-domain, imagenet, none, or a file or folder of weights.
        methods: Some of METHODS.
        workers: Processes at a time.
        dataset: Demonstrations; None: they are simulated.
        bundle: Encoder and bank of VINN and BC, made of that data set; None: they are made.

    Raises:
        InvalidInput: If a method is unknown, there are no workers, or a bundle comes without its data set.
    """

    folder: Path
    size: Size
    trials: TrialPlan
    pretrained: str
    methods: tuple[str, ...] = tuple(METHODS)
    workers: int = 2
    dataset: Path | None = None
    bundle: Path | None = None

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise InvalidInput(f"workers is {self.workers}; expected one or more")
        unknown = [name for name in self.methods if name not in METHODS]
        if unknown or not self.methods or len(set(self.methods)) != len(self.methods):
            raise InvalidInput(f"methods are {list(self.methods)}; expected some of {', '.join(METHODS)}, each once")
        if self.bundle is not None and self.dataset is None:
            raise InvalidInput(f"bundle {self.bundle} was given without --dataset; expected its demonstrations, too")

    @property
    def data(self) -> Path:
        """Folder of the demonstrations."""
        return self.dataset or self.folder / "data"

    def pretraining(self) -> str:
        """Return what encoders start from: "none", "imagenet", "in-domain" or "file"."""
        return weights_label(self.pretrained)

    def stages(self) -> list[Stage]:
        """Return all that is to be done, in order."""
        stages = []
        if self.dataset is None:
            recording = {"door": (self.data, self.size.demonstrations)}
            stages.append(simulation_stage(recording, self.workers, "--hinge", "both"))
        encoders = [name for name in ("vinn", "imagenet") if name != "vinn" or self.bundle is None]
        encoders = [name for name in encoders if name == "vinn" or "imagenet" in self.methods]
        if encoders and self.pretrained == IN_DOMAIN:
            stages.append(pretraining_stage(self.folder, self.size.preset, self.workers))
        if encoders:
            stages.append(Stage("training encoders", tuple(self._train(name) for name in encoders)))
            stages.append(Stage("building bundles", tuple(self._bank(name) for name in encoders)))
        return [*stages, self._trials()]

    def bundle_of(self, method: str) -> Path:
        """Return the bundle that a method's trials use."""
        name = "imagenet" if method == "imagenet" else "vinn"
        return self.bundle if self.bundle is not None and name == "vinn" else self.folder / "bundles" / name

    def trial_folders(self) -> list[tuple[str, str, Path]]:
        """Return table ("I" or "II"), method and folder of every trial job, the ones to wait for first."""
        root = self.folder / "trials"
        first = [("I", name, root / f"table1_{name}") for name in self.methods if name in COMPARED_METHODS]
        second = [("II", name, root / f"table2_{name}") for name in self.methods if name in OCCLUDED_METHODS]
        rest = [("I", name, root / f"table1_{name}") for name in self.methods if name not in COMPARED_METHODS]
        return [*first, *second, *rest]

    def _train(self, name: str) -> Job:
        """Return the training of VINN's encoder, or that of no step, which takes the pretrained weights as they are."""
        output = self.folder / "encoders" / name
        arguments = (
            "train", str(self.data), "-o", str(output), "--preset", self.size.preset, "--weights",
            weights_source(self.pretrained, self.folder), "--held-out.source", "none", "--threads", "1",
            *(("--epochs", "0") if name == "imagenet" else ()),
        )  # fmt: skip
        return Job(f"train_{name}", arguments, spent=(output / CHECKPOINT_FILE,))

    def _bank(self, name: str) -> Job:
        encoder = self.folder / "encoders" / name
        arguments = ("bank", str(self.data), "-e", str(encoder), "-o", str(self.bundle_of(name)), "--threads", "1")
        return Job(f"bank_{name}", arguments)

    def _trials(self) -> Stage:
        jobs = []
        for table, method, folder in self.trial_folders():
            arguments = (
                "trials", "--bundle", str(self.bundle_of(method)), "-o", str(folder), "--policy", METHODS[method],
                "--name", method, "--seed", str(self.trials.seed), "--starts", self.trials.starts,
                "--cabinets", *CABINETS, "--scenes", "training", "held-out", *self._cells(table),
                *self._policy(method), "--threads", "1", "--videos",
            )  # fmt: skip
            jobs.append(Job(f"table{len(table)}_{method}", arguments))
        return Stage("running trials", tuple(jobs))

    def _cells(self, table: str) -> Iterable[str]:
        if table == "I":
            return ("--hinge", "right", "left", "--condition", "none", "--episodes", str(self.trials.trials))
        return ("--hinge", "right", "--condition", *OCCLUSIONS, "--episodes", str(self.trials.occluded_trials))

    def _policy(self, method: str) -> Iterable[str]:
        policy = METHODS[method]
        if policy in ("bc", "bc-rep"):
            return ("--dataset", str(self.data), "--preset", self.size.preset)
        if policy != "vinn":
            return ()
        calibrated = ("--calibrate-temperature",) if self.size.calibrate_temperature else ()
        return ("--regression.hold-distance-quantile", str(self.trials.hold_quantile), *calibrated)
