"""How building, loading and memory grow with the number of demonstrations, from ten to a thousand of them."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from vinn_training.bank.build import build_bank
from vinn_training.bank.bundle import load_bundle, write_bundle
from vinn_training.bank.calibration import DistanceCalibration
from vinn_training.bank.manifest import BundleManifest
from vinn_training.bank.thumbnails import Thumbnails
from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.encoder.artifact import EncoderArtifact
from vinn_training.encoder.runtime import load_runtime
from vinn_training.evaluation.bank_benchmark import FRAMES_PER_DEMONSTRATION, write_demonstrations
from vinn_training.evaluation.benchmark_encoders import fastest_encoder, random_encoder
from vinn_training.evaluation.episode_embeddings import episode_embeddings, query_embeddings
from vinn_training.evaluation.fresh_process import in_fresh_process, resident_mib
from vinn_training.evaluation.scaling_kinds import bank_of_episodes
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.vinn_policy import VinnPolicy

DEMONSTRATION_COUNTS = (10, 30, 100, 300, 1_000)

#: Demonstrations whose pictures are written; a larger bank reads them several times, under other names.
_WRITTEN = 10
_LOADS = 3
_QUERIES = 50


@dataclass(frozen=True)
class DemonstrationPoint:
    """What one number of demonstrations costs.

    Attributes:
        demonstrations: Of 60 frames each.
        frames: In all.
        build_s: Decoding and encoding every picture (640x480 PNG, exported ResNet-50 at 224x224).
        built_frames: Frames that were built; with fewer than `frames`, `build_s` is scaled from their time.
        load_s: From the bundle on disk to a policy that has answered once; median of fresh processes.
        act_p50_ms: Median time from an embedding to an action.
        resident_mib: What the loaded bundle and its policy keep in memory.
        bundle_mib: Size of bank and thumbnails on disk.
    """

    demonstrations: int
    frames: int
    build_s: float
    built_frames: int
    load_s: float
    act_p50_ms: float
    resident_mib: float
    bundle_mib: float


def demonstration_points(
    counts: Sequence[int], tell: Callable[[str], object], most_built: int = 100
) -> Iterator[DemonstrationPoint]:
    """Yield a point for every number of demonstrations, the smallest first.

    Args:
        counts: Numbers of demonstrations.
        tell: Called with what is measured next.
        most_built: Demonstrations that are built at most; the time of more is scaled from theirs.

    Raises:
        InvalidInput: If there is no number or one is below 1.
        MissingDependency: If torch or torchvision is not installed.
    """
    counts = sorted(set(counts))
    if not counts or counts[0] < 1 or most_built < 1:
        raise InvalidInput(f"numbers of demonstrations are {counts}; expected one or more, each at least 1")
    with tempfile.TemporaryDirectory() as folder:
        encoder = fastest_encoder(random_encoder(Path(folder) / "encoder"), Path(folder) / "exported")
        written = write_demonstrations(Path(folder) / "pictures", min(_WRITTEN, counts[-1]))
        build_s: dict[int, float] = {}
        for count in counts:
            built = min(count, most_built)
            if built not in build_s:
                tell(f"building a bank of {built} demonstrations")
                build_s[built] = in_fresh_process(time_build, Path(folder) / "pictures", built, encoder)
            tell(f"loading a bundle of {count} demonstrations")
            bundle = Path(folder) / f"bundle_{count}"
            write_synthetic_bundle(bundle, count, encoder, written[0])
            loads = [in_fresh_process(time_load, bundle) for _ in range(_LOADS)]
            load_s, act_p50_ms, loaded_mib = np.median(loads, axis=0).tolist()
            yield DemonstrationPoint(
                demonstrations=count,
                frames=count * FRAMES_PER_DEMONSTRATION,
                build_s=round(build_s[built] * count / built, 2),
                built_frames=built * FRAMES_PER_DEMONSTRATION,
                load_s=round(load_s, 3),
                act_p50_ms=round(act_p50_ms, 4),
                resident_mib=round(loaded_mib, 1),
                bundle_mib=round(_size_mib(bundle) - _size_mib(encoder.weights_path.parent), 1),
            )


def time_build(pictures: Path, count: int, encoder: EncoderArtifact) -> float:
    """Return the seconds that a bank of `count` demonstrations takes, after a warm-up; for a process of its own.

    Args:
        pictures: Data set whose demonstrations are taken again and again, under other names.
        count: Of demonstrations.
        encoder: The encoder.
    """
    written = open_dataset(pictures).demonstrations
    demonstrations = [replace(written[index % len(written)], name=f"demo_{index:04d}") for index in range(count)]
    runtime = load_runtime(encoder)
    runtime.encode([demonstrations[0].load_image(0)] * 2)
    began_s = time.perf_counter()
    build_bank(demonstrations, runtime)
    return time.perf_counter() - began_s


def write_synthetic_bundle(path: Path, count: int, encoder: EncoderArtifact, pictures: Demonstration) -> None:
    """Write a bundle of `count` demonstrations whose embeddings are made up, see `episode_embeddings`.

    Args:
        path: The bundle's folder.
        count: Of demonstrations.
        encoder: The bundle's encoder, a ResNet-50.
        pictures: Its pictures are the thumbnails of every demonstration.
    """
    frames = len(pictures)
    rows = count * frames
    bank = replace(bank_of_episodes(np.concatenate(list(episode_embeddings(rows)))), encoder_id=encoder.encoder_id)
    thumbnails = Thumbnails.from_images(pictures.load_image(frame) for frame in range(frames))
    manifest = BundleManifest(
        encoder_spec=encoder.spec, encoder_id=encoder.encoder_id, bank_id=bank.bank_id, rows=rows,
        demonstrations=count, calibration=DistanceCalibration((), 0),
    )  # fmt: skip
    write_bundle(path, bank, encoder, Thumbnails.join([thumbnails] * count), manifest)


def time_load(path: Path) -> tuple[float, float, float]:
    """Return seconds to load a bundle and act once, median ms to act, and MiB kept; for a process of its own."""
    queries = query_embeddings(_QUERIES)
    before_mib = resident_mib()
    began_s = time.perf_counter()
    bundle = load_bundle(path)
    policy = VinnPolicy(bundle.bank, index=bundle.open_index())
    policy.act(queries[0])
    load_s = time.perf_counter() - began_s
    times_ms = []
    for query in queries:
        began_s = time.perf_counter()
        policy.act(query)
        times_ms.append(1e3 * (time.perf_counter() - began_s))
    return load_s, float(np.median(times_ms)), resident_mib() - before_mib


def _size_mib(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 2**20
