"""What is published, and what where a message package is missing; the topics themselves are in test_node."""

from __future__ import annotations

import builtins

import pytest
from builtin_interfaces.msg import Time

from vinn_ros.neighbors_view.outputs import MarkerOutput


class Topic:
    def __init__(self):
        self.listeners = 0
        self.sent = []

    def get_subscription_count(self):
        return self.listeners

    def publish(self, message):
        self.sent.append(message)


class Owner:
    """A node that only remembers."""

    def __init__(self):
        self.topics = {}
        self.warnings = []

    def create_lifecycle_publisher(self, kind, topic, profile):
        self.topics[topic] = Topic()
        return self.topics[topic]

    def get_logger(self):
        return self

    def warning(self, text):
        self.warnings.append(text)


@pytest.fixture
def owner():
    return Owner()


def test_markers_outlast_slow_renewal(owner, view):
    for rate_hz, lifetime_s in ((10.0, 1.0), (0.5, 10.0)):
        MarkerOutput(owner, 0.1, rate_hz).publish(view, None)
        lifetime = owner.topics["neighbors/markers"].sent[0].markers[0].lifetime
        assert lifetime.sec + 1e-9 * lifetime.nanosec == pytest.approx(lifetime_s)


def test_markers_are_removed_once(owner, view):
    output = MarkerOutput(owner, 0.1, 10.0)
    output.publish(view, None)
    for _ in range(3):
        output.remove(Time(sec=6))
    assert len(owner.topics["neighbors/markers"].sent) == 2


def test_without_the_message_package_there_are_no_markers_and_it_is_said(owner, view, monkeypatch):
    real = builtins.__import__

    def lacking(name, *rest, **more):
        if name.startswith("visualization_msgs"):
            raise ImportError("No module named 'visualization_msgs'")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", lacking)
    output = MarkerOutput(owner, 0.1, 10.0)
    assert output.subscribers is None
    assert "no markers: No module named 'visualization_msgs'" in owner.warnings[0]
    output.publish(view, None)
    output.remove(Time(sec=1))
    assert owner.topics == {}
