"""What nodes that share a process keep from each other's transitions."""

from __future__ import annotations

import gc
import weakref

import pytest
import rclpy
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.signals import SignalHandlerOptions

from vinn_ros.lifecycle import BaseLifecycleNode
from vinn_ros.own_domain import own_domain


class Loaded:
    """Is there until a garbage collection finds that nobody has it."""

    def __init__(self):
        self.myself = self


class Loading(BaseLifecycleNode):
    """A node that has something from configure to cleanup."""

    def configure(self):
        self.loaded = Loaded()

    def cleanup(self):
        self.loaded = None


@pytest.fixture
def pair():
    with own_domain():
        rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
        nodes = Loading("one", ()), Loading("other", ())
        yield nodes
        for node in nodes:
            node.destroy_node()
        rclpy.try_shutdown()
    gc.unfreeze()


def _is_searched(thing):
    """Whether full garbage collections look through it."""
    return any(other is thing for other in gc.get_objects())


def test_what_one_node_loaded_is_not_searched_again_when_another_is_cleaned_up(pair):
    one, other = pair
    for node in pair:
        assert node.trigger_configure() == TransitionCallbackReturn.SUCCESS
    assert not _is_searched(one.loaded)
    gone = weakref.ref(other.loaded)
    assert other.trigger_cleanup() == TransitionCallbackReturn.SUCCESS
    assert gone() is None
    assert not _is_searched(one.loaded)
