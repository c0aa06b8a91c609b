"""The quality-of-service profiles of the graph, each with its reason (REP 2003)."""

from __future__ import annotations

from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy

#: Camera images: best effort matches every camera driver. Ten frames bridge a third of a second in which
#: the executor is busy at 30 Hz; the encoder still takes the newest.
IMAGE = QoSProfile(
    reliability=ReliabilityPolicy.BEST_EFFORT,
    durability=DurabilityPolicy.VOLATILE,
    history=HistoryPolicy.KEEP_LAST,
    depth=10,
)

#: Embeddings, actions and commands: small, none may vanish silently, and an old one is worth nothing.
STREAM = QoSProfile(
    reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.VOLATILE,
    history=HistoryPolicy.KEEP_LAST,
    depth=10,
)

#: The driver's state topics. Best effort on our side matches a driver that publishes either way.
ROBOT_STATE = QoSProfile(
    reliability=ReliabilityPolicy.BEST_EFFORT,
    durability=DurabilityPolicy.VOLATILE,
    history=HistoryPolicy.KEEP_LAST,
    depth=5,
)

#: Facts that a late joiner must still get (robot description, tool).
LATCHED = QoSProfile(
    reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.TRANSIENT_LOCAL,
    history=HistoryPolicy.KEEP_LAST,
    depth=1,
)


def _deeper(profile: QoSProfile, depth: int) -> QoSProfile:
    return QoSProfile(
        reliability=profile.reliability, durability=profile.durability, history=profile.history, depth=depth
    )


#: What a recorder subscribes with: one that is held up by the disk must find all of it later.
RECORDED_IMAGE = _deeper(IMAGE, 30)
RECORDED_STATE = _deeper(ROBOT_STATE, 200)
RECORDED_STREAM = _deeper(STREAM, 200)
#: Of static transforms each node sends a message of its own, and of a bank that changes there are several.
RECORDED_LATCHED = _deeper(LATCHED, 100)
