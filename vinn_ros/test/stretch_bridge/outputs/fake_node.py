"""A node without ROS: what an output publishes, calls and subscribes to is kept in lists."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from rclpy.task import Future


class FakeLogger:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def warning(self, text: str, **_: Any) -> None:
        self.lines.append(text)

    error = warning


class FakeNode:
    """Answers what the outputs ask of a LifecycleNode."""

    def __init__(self) -> None:
        self.published: list[Any] = []
        self.called: list[str] = []
        self.callbacks: dict[str, Any] = {}
        self.listeners: list[str] = []
        self.services_answer = True
        self.logger = FakeLogger()

    def get_logger(self) -> FakeLogger:
        return self.logger

    def get_fully_qualified_name(self) -> str:
        return "/stretch_bridge"

    def resolve_topic_name(self, topic: str) -> str:
        return f"/{topic}"

    def create_lifecycle_publisher(self, _: Any, topic: str, __: Any) -> Any:
        return SimpleNamespace(publish=self.published.append, wait_for_all_acked=lambda duration: True)

    def create_subscription(self, _: Any, topic: str, callback: Any, __: Any, **___: Any) -> Any:
        self.callbacks[topic] = callback
        return SimpleNamespace(topic_name=f"/{topic}")

    def create_client(self, _: Any, name: str, **__: Any) -> Any:
        def call(request: Any) -> Future:
            self.called.append(name)
            return Future()

        return SimpleNamespace(srv_name=f"/{name}", service_is_ready=lambda: self.services_answer, call_async=call)

    def get_publishers_info_by_topic(self, topic: str) -> list[Any]:
        return []

    def get_subscriptions_info_by_topic(self, topic: str) -> list[Any]:
        return [SimpleNamespace(node_namespace="/", node_name=name) for name in ("stretch_bridge", *self.listeners)]
