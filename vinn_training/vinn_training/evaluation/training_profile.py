"""Where the time of training goes: torch's profiler over a few steps of a preset, by phase and by operation.

Run it: `python -m vinn_training.evaluation.training_profile --preset small`.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
import tyro
from torch.profiler import ProfilerActivity, profile

from vinn_training.encoder.artifact import EncoderSpec
from vinn_training.encoder.hardware import HardwareConfig, Precision, find_device
from vinn_training.encoder.learner import PHASES, Learner
from vinn_training.encoder.presets import PRESETS
from vinn_training.encoder.processes import Processes
from vinn_training.exceptions import InvalidInput, VinnError
from vinn_training.preprocessing import Preprocessing

#: Operations listed by name; the rest is one line.
_LISTED = 12


@dataclass(frozen=True)
class TrainingProfile:
    """What is profiled.

    Attributes:
        preset: Of `vinn train`; its weights are random here.
        architecture: Another one than the preset's; empty keeps it.
        size: Another side of the images, pixels; 0 keeps the preset's.
        batch_size: Another batch; 0 keeps the preset's.
        device: auto, cpu, cuda or cuda:N.
        precision: As of `vinn train`.
        compile: Compile the backbones, before the first profiled step.
        steps: Profiled steps; two more go before.
        threads: Of torch; 0 leaves the choice to it.
        trace: File for a trace that chrome://tracing and Perfetto open.

    Raises:
        InvalidInput: If the preset is unknown or a number is out of range.
    """

    preset: str = "paper"
    architecture: str = ""
    size: int = 0
    batch_size: int = 0
    device: str = "cpu"
    precision: Precision = "auto"
    compile: bool = False
    steps: int = 3
    threads: int = 0
    trace: Path | None = None

    def __post_init__(self) -> None:
        if self.preset not in PRESETS:
            raise InvalidInput(f"preset is '{self.preset}'; expected one of: {', '.join(PRESETS)}")
        if min(self.size, self.batch_size, self.threads) < 0 or self.steps < 1:
            raise InvalidInput(
                f"size is {self.size}, batch_size {self.batch_size}, threads {self.threads}, steps {self.steps}; "
                "expected 0 or more, and at least 1 step"
            )


class Share(NamedTuple):
    """A part of a step.

    Attributes:
        name: Of the phase or operation.
        ms: Of one step.
        share: Of the whole, 0 to 1.
        calls: In one step.
    """

    name: str
    ms: float
    share: float
    calls: float


class ProfileResult(NamedTuple):
    """Of a few steps.

    Attributes:
        step_ms: Wall time of one, with the profiler's own cost.
        phases: In order; on a GPU the time of the processor that hands out the work.
        operations: The costliest first, and "other"; on a GPU the GPU's time.
    """

    step_ms: float
    phases: list[Share]
    operations: list[Share]


def profile_steps(config: TrainingProfile) -> ProfileResult:
    """Train a few steps on random pictures and return where their time went.

    Raises:
        InvalidInput: If the device is not there.
        OSError: If the trace cannot be written.
    """
    if config.threads:
        torch.set_num_threads(config.threads)
    learner, batch_size = _learner(config)
    device = find_device(config.device)
    rows = torch.arange(batch_size)
    for step in range(2):
        learner.train_step(rows, step, 1000, 1000)
    activities = [ProfilerActivity.CPU] + [ProfilerActivity.CUDA] * (device.type == "cuda")
    started = time.perf_counter()
    with profile(activities=activities) as profiler:
        for step in range(config.steps):
            learner.train_step(rows, step, 1000, 1000)
    seconds = time.perf_counter() - started
    if config.trace is not None:
        profiler.export_chrome_trace(str(config.trace))
    events = {event.key: event for event in profiler.key_averages()}
    phases = [(name, events[name].cpu_time_total, events[name].count) for name in PHASES]
    on_gpu = device.type == "cuda"
    operations = [
        (name, event.self_device_time_total if on_gpu else event.self_cpu_time_total, event.count)
        for name, event in events.items()
        if name not in PHASES
    ]
    operations.sort(key=lambda item: -item[1])
    listed, others = operations[:_LISTED], operations[_LISTED:]
    listed.append(("other", sum(item[1] for item in others), sum(item[2] for item in others)))
    return ProfileResult(1e3 * seconds / config.steps, _shares(phases, config.steps), _shares(listed, config.steps))


def _learner(config: TrainingProfile) -> tuple[Learner, int]:
    """Return what trains, and its batch size."""
    preset = PRESETS[config.preset]
    size = config.size or preset.size
    training = replace(
        preset.training,
        batch_size=config.batch_size or preset.training.batch_size,
        precision=config.precision,
        weights="none",
    )
    spec = EncoderSpec(
        config.architecture or preset.architecture, Preprocessing(size=size), preset.normalisation, preset.scale,
        preset.pooling,
    )  # fmt: skip
    frames = np.random.default_rng(0).integers(0, 256, (training.batch_size, size, size, 3), dtype=np.uint8)
    return Learner(frames, spec, training, HardwareConfig(config.device, config.compile), Processes()), len(frames)


def _shares(items: list[tuple[str, Any, int]], steps: int) -> list[Share]:
    """Return what profiled times, in microseconds, and counts come to in one step."""
    total = sum(item[1] for item in items) or 1.0
    return [Share(name, us / 1e3 / steps, us / total, count / steps) for name, us, count in items]


def to_markdown(result: ProfileResult) -> str:
    """Return both tables."""
    lines = [f"{result.step_ms:.0f} ms a step, profiler included", ""]
    for title, shares in (("phase", result.phases), ("operation", result.operations)):
        lines += [f"| {title} | ms | share | calls |", "|---|---|---|---|"]
        lines += [f"| {part.name} | {part.ms:.1f} | {100.0 * part.share:.1f} % | {part.calls:g} |" for part in shares]
        lines.append("")
    return "\n".join(lines)


def main() -> int:
    """Profile and print; return the exit status."""
    try:
        config = tyro.cli(TrainingProfile, prog="python -m vinn_training.evaluation.training_profile")
        print(to_markdown(profile_steps(config)), end="")
    except (VinnError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
