"""Bridge, stand-in and trial node as processes, a played policy, and an operator."""

from __future__ import annotations

import json
from pathlib import Path

from episode_world import EpisodeWorld
from std_srvs.srv import SetBool, Trigger

from vinn_msgs.action import RunEpisode
from vinn_msgs.msg import TrialState
from vinn_msgs.srv import StartTrial
from vinn_ros import qos


class TrialWorld(EpisodeWorld):
    """What an operator does and sees."""

    def __init__(self, ros, output, **parameters):
        super().__init__(ros)
        self.output = output
        self.parameters = {"output": str(output), "max_steps": 1000, "lateral_offset_range_m": 0.02, **parameters}
        self.trial_states = ros.collect(TrialState, "/trial_node/state", qos.LATCHED)
        self.reports = ros.collect(RunEpisode.Impl.FeedbackMessage, "/stretch_bridge/run_episode/_action/feedback")
        self.start_node()

    def start_node(self):
        before = self.ros.output("trial_node").count("]: active") if "trial_node" in self.ros.processes else 0
        self.ros.start("trial_node", self.parameters)
        self.ros.wait_for(lambda: self.ros.output("trial_node").count("]: active") > before, "the trial node")

    def try_start(self, condition="white"):
        return self.ros.call(StartTrial, "/trial_node/start", StartTrial.Request(condition=condition))

    def answer_to_start(self, condition="white"):
        """Ask for a trial as soon as all that it needs is there, and return the answer."""
        for _ in range(200):
            answer = self.try_start(condition)
            if "try again" not in answer.message and "no bridge" not in answer.message:
                return answer
            self.ros.spin_for(0.2)
        raise AssertionError(answer.message)

    def start(self, condition="white"):
        answer = self.answer_to_start(condition)
        assert answer.success, answer.message
        return answer

    def say(self, name):
        return self.ros.call(Trigger, f"/trial_node/{name}", Trigger.Request())

    def say_grasped(self, grasped=True):
        return self.ros.call(SetBool, "/trial_node/handle_grasped", SetBool.Request(data=grasped))

    def wait_for_trial(self, state):
        self.ros.wait_for(lambda: self.trial_states and self.trial_states[-1].state == state, f"trial state {state}")
        return self.trial_states[-1]

    def wait_for_step(self):
        """Wait for the first motion by the policy, after those to the start pose."""
        before = len(self.reports)
        self.ros.wait_for(lambda: any(r.feedback.step >= 2 for r in self.reports[before:]), "a step of the episode")

    def summary(self, condition="white"):
        return json.loads((self.output / condition / "trials.json").read_text())

    def log(self, condition="white"):
        return [json.loads(line) for line in (self.output / condition / "trials.jsonl").read_text().splitlines()]

    def end(self):
        """End the trial node, and see its guard off: where no bridge answers, that tries for seconds."""
        self.ros.stop("trial_node")
        self.ros.wait_for(lambda: not guards(self.ros.domain_id), "the guard's end")


def guards(domain_id):
    """Process ids of the guards in a ROS domain."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            is_guard = b"vinn_ros.trial_node.guard" in (folder / "cmdline").read_bytes()
            is_ours = f"ROS_DOMAIN_ID={domain_id}".encode() in (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if is_guard and is_ours:
            found.append(int(folder.name))
    return found
