"""The tree of transforms in a bag: /tf and /tf_static."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from vinn_training.demonstrations.bag_messages import TF, Messages
from vinn_training.demonstrations.pose_tracks import PoseTrack
from vinn_training.exceptions import InvalidDemonstration, InvalidInput

#: Frames that stand still, the smoothest first: map jumps when a robot localises itself anew.
FIXED_FRAMES = ("odom", "map", "world")


@dataclass(frozen=True)
class Edge:
    """One frame's poses in its parent.

    Attributes:
        parent: Frame that the poses are given in.
        child: Frame whose poses they are.
        track: The poses.
        is_static: Whether the last one holds at all times.
    """

    parent: str
    child: str
    track: PoseTrack
    is_static: bool


class Chain(NamedTuple):
    """The way from a frame up to a fixed one.

    Attributes:
        root: The fixed frame.
        edges: From the frame upwards.
    """

    root: str
    edges: tuple[Edge, ...]


def read_tree(messages: Messages) -> dict[str, Edge]:
    """Return each frame's transform to its parent, by the frame's name.

    Raises:
        InvalidDemonstration: If no message can be decoded.
    """
    samples: dict[str, list[tuple[int, str, bool, list[float], list[float]]]] = {}
    for topic in messages.topics_of(TF):
        is_static = topic.name.endswith("tf_static")
        series = messages.series(topic, stamped=False)
        for message, received_ns in zip(series.messages, series.times_ns, strict=True):
            for transform in message.transforms:
                stamp = transform.header.stamp
                time_ns = int(stamp.sec) * 1_000_000_000 + int(stamp.nanosec)
                move, turn = transform.transform.translation, transform.transform.rotation
                samples.setdefault(transform.child_frame_id.strip("/"), []).append((
                    int(received_ns) if messages.uses_receipt or time_ns == 0 else time_ns,
                    transform.header.frame_id.strip("/"), is_static,
                    [move.x, move.y, move.z], [turn.x, turn.y, turn.z, turn.w],
                ))  # fmt: skip
    return {child: edge for child, found in samples.items() if (edge := _edge(messages, child, found)) is not None}


def chain_to_root(tree: dict[str, Edge], frame: str, fixed_frame: str) -> Chain:
    """Return the way from a frame to the fixed frame.

    Args:
        tree: Transforms by child.
        frame: Where to begin.
        fixed_frame: Where to end; "" takes one of FIXED_FRAMES, or the root.

    Raises:
        InvalidDemonstration: If the frame is not in the tree, or the fixed one not above it.
    """
    frame, fixed_frame = frame.strip("/"), fixed_frame.strip("/")
    if frame not in tree:
        raise InvalidDemonstration(f"the images' frame '{frame}' has no transform; there are: {_names(tree)}")
    edges: list[Edge] = []
    while frame in tree:
        if len(edges) > len(tree):
            raise InvalidDemonstration(f"the transforms go round in a circle at '{frame}'")
        edges.append(tree[frame])
        frame = tree[frame].parent
    parents = [edge.parent for edge in edges]
    wanted = [fixed_frame] if fixed_frame else [name for name in FIXED_FRAMES if name in parents]
    if fixed_frame and fixed_frame not in parents:
        raise InvalidDemonstration(f"'{fixed_frame}' is not above the images' frame; there are: {', '.join(parents)}")
    end = parents.index(wanted[0]) if wanted else len(parents) - 1
    return Chain(parents[end], tuple(edges[: end + 1]))


def _edge(
    messages: Messages, child: str, samples: list[tuple[int, str, bool, list[float], list[float]]]
) -> Edge | None:
    parent = samples[-1][1]
    same = [sample for sample in samples if sample[1] == parent]
    if len(same) < len(samples):
        messages.notes.append(f"transforms of {child} have several parents; only those from {parent} are taken")
    times = np.array([sample[0] for sample in same], dtype=np.int64)
    try:
        track = PoseTrack.from_samples(
            times, np.array([sample[3] for sample in same]), np.array([sample[4] for sample in same])
        )
    except InvalidInput as error:
        messages.notes.append(f"transforms of {child} are not used: {error}")
        return None
    return Edge(parent, child, track, is_static=all(sample[2] for sample in same))


def _names(tree: dict[str, Edge]) -> str:
    return ", ".join(sorted(tree)) or "none"
