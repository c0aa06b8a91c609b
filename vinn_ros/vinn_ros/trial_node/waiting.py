"""Waiting for a service's answer within a coroutine, for no longer than is said."""

from __future__ import annotations

from typing import Any

from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.task import Future

from vinn_training.exceptions import InvalidInput

#: Time that no correction of the machine's clock moves.
STEADY = Clock(clock_type=ClockType.STEADY_TIME)


async def answer_of(node: Node, client: Any, request: Any, timeout_s: float) -> Any:
    """Call a service and return its answer.

    Args:
        node: Owns the client; its executor runs meanwhile.
        client: The service's client.
        request: What to ask.
        timeout_s: How long to wait.

    Raises:
        InvalidInput: If the service is not there, or does not answer in time.
    """
    if not client.service_is_ready():
        raise InvalidInput(f"nobody offers {client.srv_name}; is its node running?")
    future = client.call_async(request)
    if not await done_within(node, future, timeout_s):
        client.remove_pending_request(future)
        raise InvalidInput(f"{client.srv_name} did not answer within {timeout_s:g} s")
    return future.result()


async def done_within(node: Node, future: Future, timeout_s: float) -> bool:
    """Wait for a future, and return whether it was done in time."""
    over: Future = Future()

    def wake(_: Any = None) -> None:
        if not over.done():
            over.set_result(None)

    timer = node.create_timer(timeout_s, wake, clock=STEADY)
    future.add_done_callback(wake)
    try:
        await over
    finally:
        node.destroy_timer(timer)
    return bool(future.done())
