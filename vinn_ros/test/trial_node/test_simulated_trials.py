"""The same node with the simulator as judge: perception, policy, bridge and simulator as processes."""

from __future__ import annotations

import json
import math

import pytest

from vinn_msgs.msg import TaskState, TrialState
from vinn_msgs.srv import StartTrial
from vinn_ros import qos
from vinn_training.evaluation.trial_scenes import SCENE_SEED_OFFSET
from vinn_training.sim.scene import scene_set

BRIDGE = {
    "enabled_on_start": False,
    "auto_resume": True,
    "episode_max_hold_s": 60.0,
    "episode_max_steps": 4,
    "max_image_age_s": 5.0,
    "max_action_age_s": 5.0,
    "max_joint_state_age_s": 5.0,
    "max_status_age_s": 5.0,
}


@pytest.mark.full
def test_the_simulator_judges_a_trial_of_the_real_nodes(ros, bundle, tmp_path):
    states = ros.collect(TrialState, "/trial_node/state", qos.LATCHED)
    truths = ros.collect(TaskState, "task_state", qos.STREAM)
    ros.start("stretch_sim", {"image_width": 64, "image_height": 64})
    ros.start("stretch_bridge", BRIDGE)
    ros.start("perception", {"bundle": str(bundle)})
    ros.start("policy", {"bundle": str(bundle), "hold_distance_quantile": 1.0})
    output = tmp_path / "trials"
    ros.start("trial_node", {"output": str(output), "judge": "simulator", "seed": 3, "record": False})

    def started():
        answer = ros.call(StartTrial, "/trial_node/start", StartTrial.Request(condition="signs"))
        ros.spin_for(0.3)
        return answer if answer.success else None

    answer = ros.wait_for(started, "the start of a trial", timeout_s=200.0)
    scene = scene_set("training")(3 + SCENE_SEED_OFFSET)
    assert answer.start_offset_m == pytest.approx(scene.lateral_offset_m)
    ros.wait_for(lambda: states[-1].state not in (TrialState.IDLE, TrialState.RUNNING), "the end", timeout_s=200.0)
    summary = json.loads((output / "signs" / "trials.json").read_text())
    (trial,) = summary["trials"]
    assert trial["scene"] == truths[-1].scene
    assert (trial["seed"], summary["scenes"], summary["condition"]) == (3, "training", "signs")
    opened = math.degrees(max(truth.door_angle_rad for truth in truths)) >= 30.0
    assert trial["door_opened"] is opened
    assert trial["steps"] == 4 or opened
