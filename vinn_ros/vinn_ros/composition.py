"""Perception and policy in one process: the same nodes, names, parameters, topics and transitions."""

from __future__ import annotations

from vinn_ros.lifecycle import BaseLifecycleNode
from vinn_ros.perception.node import PerceptionNode
from vinn_ros.policy.node import PolicyNode


def perception_and_policy() -> tuple[BaseLifecycleNode, ...]:
    """Return both nodes, the policy fed by perception without the middleware.

    The policy answers in the encoder's thread, right after the embedding was published for all others who listen. It
    hears no other perception's embeddings.
    """
    perception, policy = PerceptionNode(), PolicyNode(listens=False)
    perception.hand_over = policy.receive
    return perception, policy
