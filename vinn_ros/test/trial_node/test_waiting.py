from __future__ import annotations

import pytest
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.task import Future
from std_srvs.srv import Trigger

from vinn_ros.trial_node.waiting import answer_of, done_within
from vinn_training.exceptions import InvalidInput


def run(ros, coroutine):
    """Run a coroutine in the world's executor and return what it returns."""
    task = ros.node.executor.create_task(coroutine)
    ros.wait_for(task.done, "the coroutine")
    return task.result()


@pytest.fixture
def client(ros):
    return ros.node.create_client(Trigger, "/asked", callback_group=ReentrantCallbackGroup())


def serve(ros, client, answer):
    ros.node.create_service(Trigger, "/asked", answer, callback_group=ReentrantCallbackGroup())
    ros.wait_for(client.service_is_ready, "the service")


def test_the_answer_comes_through(ros, client):
    def answer(_, response):
        response.message = "yes"
        return response

    serve(ros, client, answer)
    assert run(ros, answer_of(ros.node, client, Trigger.Request(), 60.0)).message == "yes"


def test_nobody_there_and_nobody_answering_are_told(ros, client):
    with pytest.raises(InvalidInput, match="nobody offers /asked; is its node running"):
        run(ros, answer_of(ros.node, client, Trigger.Request(), 60.0))

    async def never(_, response):
        await Future()
        return response

    serve(ros, client, never)
    with pytest.raises(InvalidInput, match=r"/asked did not answer within 0\.1 s"):
        run(ros, answer_of(ros.node, client, Trigger.Request(), 0.1))


def test_a_future_that_is_done_already_is_not_waited_for(ros):
    future = Future()
    future.set_result(1)
    assert run(ros, done_within(ros.node, future, 3600.0))
