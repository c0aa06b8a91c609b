"""Reads all of a data set and says what is wrong with it: what `vinn data validate` does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from vinn_training.demonstrations.dataset import Dataset
from vinn_training.demonstrations.dataset_info import DatasetInfo
from vinn_training.demonstrations.episode_checks import EpisodeTraces, check_episode, scan_episode
from vinn_training.demonstrations.findings import Findings
from vinn_training.demonstrations.similarity import Similarities, compare_episodes
from vinn_training.demonstrations.split_file import SplitNames
from vinn_training.demonstrations.vinn_faults import check_checksums, check_rejected
from vinn_training.demonstrations.vinn_layout import demonstration_folders
from vinn_training.exceptions import InvalidInput

#: Called with (done, in all, what is being done).
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class ValidationReport:
    """What was read and what was found.

    Attributes:
        demonstrations: How many there are, usable or not.
        frames: How many images were read, or tried.
        findings: What is wrong, and where.
        similar_pairs: Pairs of moving frames that cannot be told apart, opposed or not.
        similar_distance: Distance of images below which that is said (see image_hash).
    """

    demonstrations: int
    frames: int
    findings: Findings
    similar_pairs: int = 0
    similar_distance: float = 0.0

    @property
    def errors(self) -> int:
        """Number of findings that must not be trained on."""
        return self.findings.number("error")

    @property
    def warnings(self) -> int:
        """Number of findings for a person to judge."""
        return self.findings.number("warning")

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {
            "demonstrations": self.demonstrations,
            "frames": self.frames,
            "errors": self.errors,
            "warnings": self.warnings,
            "similar_pairs": self.similar_pairs,
            "similar_distance": round(self.similar_distance, 4),
            "findings": self.findings.to_list(),
        }


def validate_dataset(
    dataset: Dataset, split: SplitNames | None = None, progress: Progress = lambda done, total, text: None
) -> ValidationReport:
    """Read every image once, streamed, and return what is wrong.

    Args:
        dataset: As `open_usable` returns it; what it rejected is reported.
        split: Which demonstrations are to train and which to test on; None where there is no split.
        progress: Called as the work goes on.
    """
    findings = Findings()
    frames = _check_files(dataset, findings)
    if split is not None:
        try:
            split.check_covers([item.name for item in dataset.demonstrations], dataset.rejected)
        except InvalidInput as error:
            findings.add("stale-split", dataset.root.name, detail=str(error))
    traces: list[EpisodeTraces] = []
    total = sum(len(item) for item in dataset.demonstrations)
    done = 0
    for demonstration in dataset.demonstrations:
        traces.append(scan_episode(demonstration, dataset.crop, findings))
        check_episode(traces[-1], _gripper_recorded(dataset.meaning), findings)
        done += len(demonstration)
        progress(done, total, "reading")
    _check_sizes(traces, findings)
    if not traces:
        return ValidationReport(len(dataset.rejected), frames, findings)
    similar = compare_episodes(traces, lambda done, total: progress(done, total, "comparing"))
    _note_copies(traces, similar, split, findings)
    _note_shared(traces, similar, findings)
    _note_contradictions(traces, similar, findings)
    return ValidationReport(
        demonstrations=len(traces) + len(dataset.rejected),
        frames=frames + total,
        findings=findings,
        similar_pairs=similar.similar_pairs,
        similar_distance=similar.similar_distance,
    )


def _check_files(dataset: Dataset, findings: Findings) -> int:
    """Note rejected episodes and changed files; return how many images were read of rejected ones."""
    if dataset.format != "vinn":
        for name, reason in dataset.rejected.items():
            findings.add("unusable", name, detail=reason)
        return 0
    info = DatasetInfo.from_dict({key: value for key, value in dataset.meaning.items() if key != "split"})
    usable = {item.name for item in dataset.demonstrations}
    frames = 0
    for folder in demonstration_folders(dataset.root):
        if folder.name in usable:
            check_checksums(folder, findings)
        elif folder.name in dataset.rejected:
            check_checksums(folder, findings)
            frames += check_rejected(folder, info, dataset.rejected[folder.name], findings)
    return frames


def _gripper_recorded(meaning: Mapping[str, Any]) -> bool:
    gripper = meaning.get("gripper")
    return not (isinstance(gripper, Mapping) and gripper.get("meaning") == "constant")


def _check_sizes(traces: list[EpisodeTraces], findings: Findings) -> None:
    sizes = [item.size for item in traces if item.size is not None]
    for item in traces:
        if item.size is not None and item.size != sizes[0]:
            detail = "{}x{}, the first demonstration's are {}x{}".format(*item.size, *sizes[0])
            findings.add("image-size", item.demonstration.name, detail=detail)


def _note_copies(
    traces: list[EpisodeTraces], similar: Similarities, split: SplitNames | None, findings: Findings
) -> None:
    sides = {} if split is None else {**dict.fromkeys(split.training, 0), **dict.fromkeys(split.test, 1)}
    for pair in similar.copies:
        first, second = (traces[index].demonstration.name for index in (pair.first, pair.second))
        across = sides.get(first) is not None and sides.get(second) is not None and sides[first] != sides[second]
        detail = f"{pair.frames} of its {pair.of} telling frames are in {second}"
        if across:
            detail += f" ({'training' if sides[second] == 0 else 'test'})"
        findings.add("leakage" if across else "duplicate-episode", first, detail=detail)


def _note_shared(traces: list[EpisodeTraces], similar: Similarities, findings: Findings) -> None:
    """Note pictures that stand in two episodes, pixel for pixel, where these are not known to be copies.

    Blank pictures prove nothing.
    """
    copies = {frozenset((pair.first, pair.second)) for pair in similar.copies}
    first: dict[bytes, tuple[int, int]] = {}
    for episode, item in enumerate(traces):
        for frame, (digest, content) in enumerate(zip(item.digests, item.thumbnails, strict=True)):
            if digest is None or not content.any():
                continue
            other, index = first.setdefault(digest, (episode, frame))
            if other != episode and frozenset((episode, other)) not in copies:
                there = traces[other].demonstration
                detail = f"as {there.name}/{there.frame_names[index]}"
                findings.add("shared-frame", item.demonstration.name, item.demonstration.frame_names[frame], detail)


def _note_contradictions(traces: list[EpisodeTraces], similar: Similarities, findings: Findings) -> None:
    if not similar.contradictions:
        return
    rest = similar.contradicting_pairs - len(similar.contradictions)
    for index, item in enumerate(similar.contradictions):
        (episode, frame), (other, partner) = item.first, item.second
        here, there = traces[episode].demonstration, traces[other].demonstration
        detail = (
            f"{item.angle_deg:.0f} degrees from the action of {there.name}/{there.frame_names[partner]}, "
            f"image distance {item.distance:.3f}"
        )
        count = 1 + rest if index == len(similar.contradictions) - 1 else 1
        findings.add("contradiction", here.name, here.frame_names[frame], detail, count)
