"""The bridge and the stand-in as processes, a played policy, and what episodes' tests ask of them."""

from __future__ import annotations

from nav_msgs.msg import Odometry
from rcl_interfaces.srv import SetParametersAtomically
from rclpy.parameter import Parameter
from sensor_msgs.msg import JointState
from std_msgs.msg import Bool, String
from std_srvs.srv import SetBool, Trigger

from vinn_msgs.action import RunEpisode
from vinn_msgs.msg import BridgeCommand
from vinn_ros import qos
from vinn_ros.run_episode.client import EpisodeClient
from vinn_ros.stretch_standin.trials.played_policy import PlayedPolicy
from vinn_training.kinematics import joints

FEEDBACK = RunEpisode.Feedback
BRIDGE = {
    "auto_resume": True,
    "mode": "step",
    "episode_max_steps": 60,
    "step_length_m": 0.005,
    "episode_max_hold_s": 30.0,  # generous: only one test is about it
    # A busy machine must not look like a fault.
    "max_image_age_s": 5.0,
    "max_action_age_s": 5.0,
    "max_joint_state_age_s": 5.0,
    "max_status_age_s": 5.0,
    "start_pose_joints": [joints.EXTENSION, joints.LIFT, joints.WRIST_YAW],
    "start_pose_positions": [0.12, 0.65, 0.3],
}


class EpisodeWorld:
    """The nodes, and what can be asked of them."""

    def __init__(self, ros, interface="streaming"):
        self.ros = ros
        self.policy = PlayedPolicy(ros.node)
        self.commands = ros.collect(BridgeCommand, "command", qos.STREAM)
        self.states = ros.collect(JointState, "joint_states", qos.ROBOT_STATE)
        self.odometry = ros.collect(Odometry, "odom", qos.ROBOT_STATE)
        self.feedback = []
        ros.start("stretch_standin")
        ros.start("stretch_bridge", {**BRIDGE, "interface": interface})
        # The bridge has found the robot and the policy, or the first goal would find neither.
        if interface == "streaming":
            streaming = ros.collect(Bool, "is_streaming_position", qos.ROBOT_STATE)
            ros.wait_for(lambda: any(message.data for message in streaming), "the bridge to set up the driver")
        else:
            modes = ros.collect(String, "mode", qos.ROBOT_STATE)
            ros.wait_for(lambda: any(message.data == "position" for message in modes), "the bridge to set the mode")
        ros.wait_for(lambda: self.states and self.odometry and self.policy.sent_s, "robot and policy")

    def start_over(self):
        """Let the next test find a robot that is at rest at its start."""
        self.policy.fault = "none"
        self.feedback.clear()
        self.set_parameters(BRIDGE)
        self.ros.call(SetBool, "/runstop", SetBool.Request(data=False))
        self.ros.call(Trigger, "/stretch_standin/reset", Trigger.Request())
        assert self.trigger("stop").success
        self.ros.spin_for(0.2)  # the odometry of the reset robot
        assert self.trigger("set_start_place").success
        return self

    def set_parameters(self, parameters):
        request = SetParametersAtomically.Request(
            parameters=[Parameter(name, value=value).to_parameter_msg() for name, value in parameters.items()]
        )
        return self.ros.call(SetParametersAtomically, "/stretch_bridge/set_parameters_atomically", request).result

    def client(self):
        client = EpisodeClient(self.ros.node, on_feedback=self.feedback.append)
        self.ros.wait_for(client.bridge_is_there, "the bridge's action")
        return client

    def ask(self, **goal):
        client = self.client()
        client.send(RunEpisode.Goal(**goal))
        return client

    def outcome(self, client):
        return self.ros.wait_for(client.poll, "the end of the episode")

    def trigger(self, name):
        return self.ros.call(Trigger, f"/stretch_bridge/{name}", Trigger.Request())

    def wait_for_state(self, state, step=0):
        self.ros.wait_for(
            lambda: self.feedback and self.feedback[-1].state == state and self.feedback[-1].step >= step,
            f"state {state} and step {step}",
        )

    def moves(self):
        return [command for command in self.commands if not command.stopped]

    def at(self, name):
        """A joint's position in a state that arrives after this call."""
        before = len(self.states)
        self.ros.wait_for(lambda: len(self.states) > before, "a joint state")
        return self.states[-1].position[list(self.states[-1].name).index(name)]

    def base_m(self):
        before = len(self.odometry)
        self.ros.wait_for(lambda: len(self.odometry) > before, "odometry")
        return self.odometry[-1].pose.pose.position.x

    def rests(self):
        """Wait for the robot to come to rest; False if it goes on as the policy, which never ends, would have it."""
        here = self.at(joints.EXTENSION)
        for _ in range(10):
            self.ros.spin_for(0.6)
            before, here = here, self.at(joints.EXTENSION)
            if abs(here - before) < 1e-4:
                return True
        return False
