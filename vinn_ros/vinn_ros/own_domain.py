"""A ROS domain that nobody else on this machine uses, for runs that must not meet a robot."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import domain_coordinator


@contextmanager
def own_domain() -> Iterator[None]:
    """Keep to a ROS domain of our own on this machine, unless the user chose one; enter before rclpy.init."""
    os.environ.setdefault("ROS_AUTOMATIC_DISCOVERY_RANGE", "LOCALHOST")
    if "ROS_DOMAIN_ID" in os.environ:
        yield
        return
    with domain_coordinator.domain_id() as number:
        os.environ["ROS_DOMAIN_ID"] = str(number)
        try:
            yield
        finally:
            del os.environ["ROS_DOMAIN_ID"]
