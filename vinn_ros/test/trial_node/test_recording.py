from __future__ import annotations

import pytest
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rclpy.callback_groups import ReentrantCallbackGroup

from vinn_ros.trial_node import recording as recording_module
from vinn_ros.trial_node.child import start_child
from vinn_ros.trial_node.recording import TrialRecording


@pytest.fixture
def asked(ros, monkeypatch):
    """The transitions that a pretended recorder was asked for."""
    numbers = []

    def change(request, response):
        numbers.append(request.transition.id)
        response.success = True
        return response

    group = ReentrantCallbackGroup()
    ros.node.create_service(ChangeState, "/trial_recorder/change_state", change, callback_group=group)
    idle = ["-n", "1", "-r", "1", "import time; time.sleep(600)"]
    monkeypatch.setattr(recording_module, "start_child", lambda *_: start_child("timeit", idle))
    return numbers


def test_the_node_may_end_while_a_recording_begins(ros, asked, tmp_path):
    recording = TrialRecording(ros.node, tmp_path, "raw")
    ros.wait_for(lambda: recording.is_ready, "the recorder")
    begun = ros.node.executor.create_task(recording.begin())
    ros.wait_for(lambda: Transition.TRANSITION_ACTIVATE in asked, "the second transition")
    recording.close()
    recording.end()  # by the start, when it is given up
    begun.cancel()
