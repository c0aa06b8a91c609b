"""Trains a little, in as many processes as the environment says, and writes what the test compares.

Run as a script: two_processes.py FOLDER METHOD STEPS PRECISION SIDE BATCH AS_PROCESSES. The first process writes
FOLDER/result.npz.
"""

import faulthandler
import os
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np


def frames(count: int, side: int) -> np.ndarray:
    """Return pictures of coarse coloured blocks."""
    blocks = np.random.default_rng(0).integers(0, 256, (count, 4, 4, 3), dtype=np.uint8)
    return np.repeat(np.repeat(blocks, side // 4, axis=1), side // 4, axis=2)


def run(
    folder: Path,
    count: int,
    method: str,
    steps: int,
    precision: str,
    timeout_s: float = 270.0,
    side: int = 32,
    batch: int = 8,
    as_processes: int = 1,
) -> dict[str, np.ndarray]:
    """Run this script in `count` processes and return what the first one wrote.

    The sizes are small enough for many steps. Processes that have not ended in time are killed.
    """
    deadline = time.monotonic() + timeout_s
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [str(value) for value in (steps, precision, side, batch, as_processes)]
    command = [sys.executable, __file__, str(folder), method, *options]
    processes = []
    for rank in range(count):
        environment = {
            **os.environ, "RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(count),
            "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "OMP_NUM_THREADS": "1",
        }  # fmt: skip
        with open(folder / f"{rank}.log", "w") as log:
            processes.append(subprocess.Popen(command, env=environment, stderr=log))
    try:
        # One that fails leaves the others waiting for it: its own words are wanted, not their time-out.
        while any(process.poll() is None for process in processes) and not any(process.poll() for process in processes):
            assert time.monotonic() < deadline, f"not done in {timeout_s:g} s: {_said(folder, count)}"
            time.sleep(0.05)
        assert not any(process.poll() for process in processes), _said(folder, count)
    finally:
        for process in processes:
            process.kill()
            process.wait()
    with np.load(folder / "result.npz") as result:
        return dict(result)


def _said(folder: Path, count: int) -> str:
    return "\n".join(f"--- process {rank}\n{(folder / f'{rank}.log').read_text()}" for rank in range(count))


def main(folder: Path, method: str, steps: int, precision: str, side: int, batch: int, as_processes: int) -> None:
    """Train in this process, and with the others."""
    from vinn_training.encoder.artifact import EncoderSpec, read_weights
    from vinn_training.encoder.byol import ByolConfig
    from vinn_training.encoder.hardware import HardwareConfig
    from vinn_training.encoder.processes import process_group
    from vinn_training.encoder.simclr import SimclrConfig
    from vinn_training.encoder.training import Trainer
    from vinn_training.encoder.training_config import TrainingConfig
    from vinn_training.encoder.vicreg import VicregConfig
    from vinn_training.preprocessing import Preprocessing

    config = TrainingConfig(
        epochs=1, batch_size=batch, byol=ByolConfig(64, 32, 0.9), simclr=SimclrConfig(64, 32),
        vicreg=VicregConfig(64, 32),
    )  # fmt: skip
    config = replace(config, method=method, precision=precision)  # type: ignore[arg-type]
    os.fsync = lambda _: None  # type: ignore[assignment]  # checkpoints of 300 MB are not waited for
    losses: list[float] = []
    with process_group() as processes:
        own = np.full((processes.rank + 1, 2), processes.rank, dtype=np.float32)
        gathered = np.concatenate(processes.gather(own))
        mean = processes.mean([float(processes.rank), 1.0])
        trainer = Trainer(
            frames(steps * batch, side), EncoderSpec("resnet18", Preprocessing(size=side)), config, folder,
            hardware=HardwareConfig(device="cpu", as_processes=as_processes), processes=processes,
        )  # fmt: skip
        artifact = trainer.train(lambda step, total, loss: losses.append(loss))
        embeddings = trainer._learner.embed(trainer._learner.frames[:5])
        if processes.first:
            weights = read_weights(artifact.weights_path)
            np.savez(
                folder / "result.npz", losses=losses, gathered=gathered, mean=mean, embeddings=embeddings,
                conv1=weights["conv1.weight"], variance=weights["bn1.running_var"],
            )  # fmt: skip


if __name__ == "__main__":
    faulthandler.dump_traceback_later(float(os.environ.get("STUCK_S", "240")))  # where it hangs, if it does
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4], *map(int, sys.argv[5:8]))
