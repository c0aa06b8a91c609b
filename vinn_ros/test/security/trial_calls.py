"""An operator's commands, by the operator's key."""

TRIAL = """
import sys, time
import rclpy
from vinn_msgs.msg import TrialState
from vinn_msgs.srv import StartTrial
from vinn_ros import qos
rclpy.init(args=["--ros-args", "--enclave", "/vinn/operator"])
node = rclpy.create_node("_ros2cli_1")
states = []
node.create_subscription(TrialState, "/trial_node/state", states.append, qos.LATCHED)
client = node.create_client(StartTrial, "/trial_node/start")
deadline_s = time.monotonic() + 220.0
started = False
while time.monotonic() < deadline_s:
    rclpy.spin_once(node, timeout_sec=0.2)
    if not started and client.service_is_ready():
        future = client.call_async(StartTrial.Request(condition="white"))
        rclpy.spin_until_future_complete(node, future, timeout_sec=60.0)
        started = future.done() and future.result().success
        print(future.result(), flush=True)
    if started and states and states[-1].state in (TrialState.SUCCEEDED, TrialState.FAILED, TrialState.ABORTED):
        print(states[-1].reason, flush=True)
        sys.exit(0)
sys.exit(1)
"""
