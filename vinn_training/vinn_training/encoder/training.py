"""Self-supervised training: frames in, encoder out; stopped at any time, it goes on exactly where it was."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from vinn_training.contracts import ImageArray
from vinn_training.encoder.action_error import ActionProbe, neighbour_action_error
from vinn_training.encoder.artifact import WEIGHTS_FILE, EncoderArtifact, EncoderSpec, fingerprint
from vinn_training.encoder.checkpoint import read_checkpoint
from vinn_training.encoder.early_stopping import EarlyStopping
from vinn_training.encoder.epoch_report import EpochReport
from vinn_training.encoder.epoch_state import EpochState
from vinn_training.encoder.hardware import HardwareConfig
from vinn_training.encoder.interruption import StopRequest
from vinn_training.encoder.learner import Learner
from vinn_training.encoder.metrics import Metrics, Tee
from vinn_training.encoder.processes import Processes
from vinn_training.encoder.training_checks import check_frames, check_probe, frames_per_step, setting_differences
from vinn_training.encoder.training_config import TrainingConfig
from vinn_training.encoder.training_folder import TrainingFolder
from vinn_training.exceptions import InvalidCheckpoint, InvalidInput

_LOG = logging.getLogger(__name__)

#: Called with (step, steps in all, loss).
StepProgress = Callable[[int, int, float], None]


class Trainer:
    """Trains an encoder on frames and leaves encoder and checkpoint in a folder, the encoder at the end of an epoch.

    In several processes each has all frames and takes its share of every batch; the first one writes.

    Args:
        frames: (N, S, S, 3) uint8, RGB, at the encoder's size (see frame_cache.cache_frames); N at least 2.
        spec: Of the encoder; its preprocessing's size is S.
        config: How to train.
        folder: Where encoder and checkpoint go; all processes must see it.
        probe: Held-out demonstrations, where there are some.
        hardware: Where to train, and how often to write; the default takes a GPU where there is one.
        processes: That train together; the default is this one alone.

    Attributes:
        epoch: Epochs that are done.
        history: Their reports.
        initial_error: Action error of the initial weights, where there are held-out demonstrations.
        stopping: The best epoch so far.
        metrics: Where curves go; set it before `train`.

    Raises:
        InvalidInput: If the frames do not fit the spec, are fewer than two or all the same, the batch cannot be
            divided among the processes, or early stopping has no held-out demonstrations.
        InvalidCheckpoint: If the initial weights cannot be had.
    """

    def __init__(
        self,
        frames: ImageArray,
        spec: EncoderSpec,
        config: TrainingConfig,
        folder: Path | str,
        probe: ActionProbe | None = None,
        hardware: HardwareConfig | None = None,
        processes: Processes | None = None,
    ) -> None:
        check_frames(frames, spec.preprocessing.size)
        check_probe(probe, frames)
        if config.held_out.patience and probe is None:
            raise InvalidInput("early stopping needs held-out demonstrations; expected some, or a patience of 0")
        self._processes = processes or Processes()
        hardware = hardware or HardwareConfig()
        self._batch = frames_per_step(len(frames), config, max(self._processes.count, hardware.as_processes))
        self.spec, self.config, self.folder = spec, config, Path(folder)
        self._learner = Learner(frames, spec, config, hardware, self._processes)
        self._interval_s = hardware.checkpoint_every_s
        self._output = TrainingFolder(self.folder, self._interval_s, self._processes.first)
        self._probe = probe
        self.epoch = 0
        self.history: list[EpochReport] = []
        self.initial_error: float | None = None
        self.stopping = EarlyStopping(config.held_out.patience)
        self.metrics: Metrics = Tee()
        self._partial: EpochState | None = None
        self._encoder_id = ""

    @property
    def steps_per_epoch(self) -> int:
        """Optimiser steps in one pass; a last batch that is not full is left out where there are full ones."""
        return max(1, len(self._learner.frames) // self.config.batch_size)

    @property
    def step(self) -> int:
        """Optimiser steps done."""
        return self.epoch * self.steps_per_epoch + (len(self._partial.losses) if self._partial else 0)

    @property
    def settings(self) -> dict[str, Any]:
        """What a checkpoint must share with the run that goes on from it, as plain values."""
        training = asdict(self.config) | {"precision": self._learner.precision}
        for other in {"byol", "simclr", "vicreg"} - {self.config.method}:
            del training[other]
        return {
            "encoder": self.spec.to_dict(),
            "training": training,
            "frames": len(self._learner.frames),
            "held_out_frames": len(self._probe.frames) if self._probe else 0,
        }

    def train(self, progress: StepProgress | None = None) -> EncoderArtifact:
        """Train up to the configured epoch, or until the held-out demonstrations stop it, and return the encoder.

        Raises:
            InvalidInput: If the loss is not finite any more, memory runs out, or the disk refuses.
            KeyboardInterrupt: On Ctrl-C or SIGTERM, once the step in progress is done and a checkpoint written.
        """
        if self.step == 0:
            self.initial_error = self._action_error()
            self._export()
            self._save()
        with StopRequest() as stop:
            while self.epoch < self.config.epochs and not self.stopping.stopped:
                self._finish_epoch(self._run_epoch(stop, progress))
        if self.stopping.stopped:
            _LOG.info(
                "stopped early: no better action error since epoch %d (%.5f), whose encoder is kept",
                self.stopping.best_epoch, self.stopping.best_error,
            )  # fmt: skip
        self._processes.wait()  # until the first has written
        return EncoderArtifact(self.spec, self.folder / WEIGHTS_FILE, self._encoder_id)

    def resume(self) -> bool:
        """Go on from the folder's checkpoint; False where there is none.

        Raises:
            InvalidCheckpoint: If it cannot be read, or was made with other settings or another number of frames.
        """
        state = read_checkpoint(self.folder)
        self._processes.wait()  # before the first writes a new one
        if state is None:
            return False
        differences = setting_differences(state["settings"], self.settings)
        if differences:
            raise InvalidCheckpoint(
                f"{self.folder}: the checkpoint was made with {'; '.join(differences)}; expected the same: use the "
                "same options and data, train into another folder, or start again with --fresh"
            )
        self._learner.load_state(state)
        self.epoch, self.initial_error = int(state["epoch"]), state["initial_error"]
        self.stopping = EarlyStopping.from_dict(state["stopping"])
        self._partial = None if state["partial"] is None else EpochState.from_dict(state["partial"])
        self._encoder_id = state["encoder_id"]
        self.history = [EpochReport.from_row(row) for row in state["history"]]
        return True

    def _run_epoch(self, stop: StopRequest, progress: StepProgress | None) -> EpochReport:
        """Do what is left of an epoch."""
        if self._partial is None:
            self._partial = EpochState(torch.randperm(len(self._learner.frames), generator=self._learner.generator))
        partial = self._partial
        started = time.monotonic() - partial.seconds
        total = self.steps_per_epoch * self.config.epochs
        while len(partial.losses) < self.steps_per_epoch:
            first = len(partial.losses) * self.config.batch_size
            rows = partial.order[first : first + self._batch]
            following = None  # the next epoch's order is not drawn yet
            if len(partial.losses) + 1 < self.steps_per_epoch:
                following = partial.order[first + self.config.batch_size :][: self._batch]
            output = self._learner.train_step(rows, self.step, total, self.steps_per_epoch, following)
            # One exchange for both: processes must agree on when to stop, or some would wait for the others.
            loss, stopped = self._processes.mean([output.loss, float(stop.requested)])
            if not np.isfinite(loss):
                raise InvalidInput(f"the loss is {loss} at step {self.step + 1}; lower the learning rate")
            partial.add(loss, output.embeddings)
            partial.seconds = time.monotonic() - started
            self.metrics.add({"loss": loss, "learning_rate": self._learner.learning_rate}, self.step)
            if progress is not None:
                progress(self.step, total, loss)
            if stopped > 0.0:
                self._save()
                _LOG.info("stopped after step %d of %d; the same command goes on from there", self.step, total)
                raise KeyboardInterrupt
            unfinished = len(partial.losses) < self.steps_per_epoch
            if unfinished and self._interval_s and self._output.checkpoint_is_due:
                self._save()
        return EpochReport(self.epoch + 1, float(np.mean(partial.losses)), partial.seconds, partial.indicators())

    def _finish_epoch(self, report: EpochReport) -> None:
        """Count the epoch, measure, and write encoder and checkpoint where it is time to, and in the end."""
        if report.epoch % self.config.held_out.every_epochs == 0 or report.epoch == self.config.epochs:
            report = report._replace(action_error=self._action_error())
        self.epoch, self._partial = report.epoch, None
        self.history.append(report)
        self.metrics.add(report.curves(), report.epoch * self.steps_per_epoch)
        if self._processes.first:
            report.log(self.config.epochs)
        best = report.action_error is not None and self.stopping.update(report.epoch, report.action_error)
        last = self.epoch == self.config.epochs or self.stopping.stopped
        if best or (not self.stopping.patience and (last or self._output.encoder_is_due)):
            self._export()
        if last or self._output.checkpoint_is_due:
            self._save()

    def _action_error(self) -> float | None:
        """Return the mean squared error on the held-out demonstrations, or None where there are none."""
        if self._probe is None:
            return None
        return neighbour_action_error(
            self._learner.embed(self._learner.frames),
            self._probe.bank_directions,
            self._learner.embed(torch.from_numpy(self._probe.frames)),
            self._probe.directions,
            self.config.held_out.neighbors,
            self.config.held_out.temperature,
        )

    def _export(self) -> None:
        """Write the encoder as it is now, atomically.

        Raises:
            InvalidInput: If the disk refuses.
        """
        weights = self._learner.weights()
        self._encoder_id = fingerprint(self.spec, weights)
        self._output.export(self.spec, weights)

    def _save(self) -> None:
        """Write the checkpoint, atomically.

        Raises:
            InvalidInput: If the disk refuses.
        """
        self._output.save(self._state)

    def _state(self) -> dict[str, Any]:
        """Return all that a checkpoint must hold; `resume` takes it over."""
        return {
            "settings": self.settings,
            "epoch": self.epoch,
            "partial": self._partial.to_dict() if self._partial else None,
            **self._learner.state(),
            "history": [report.to_row() for report in self.history],
            "stopping": self.stopping.to_dict(),
            "initial_error": self.initial_error,
            "encoder_id": self._encoder_id,
        }
