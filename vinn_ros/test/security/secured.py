"""Keys made by SROS2 of the policy file, and processes that must keep to them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from policy_file import POLICY, read_policy

_MAKE = """
import sys
from pathlib import Path
from sros2 import keystore
store, policy = Path(sys.argv[1]), Path(sys.argv[2])
keystore.create_keystore(store)
for enclave in sys.argv[3:]:
    keystore.create_enclave(store, enclave)
    keystore.create_permission(store, enclave, policy)
"""

_TRY = """
import sys
import rclpy
from geometry_msgs.msg import Twist
from std_msgs.msg import Float64MultiArray
from vinn_msgs.msg import BridgeCommand, Embedding, PolicyAction
enclave, name, topic = sys.argv[1:]
kinds = {"action": PolicyAction, "embedding": Embedding, "command": BridgeCommand, "joint_pose_cmd": Float64MultiArray,
         "stretch/cmd_vel": Twist}
rclpy.init(args=["--ros-args", "--enclave", enclave])
node = rclpy.create_node(name)  # with its parameters' services, as any node
print("node made", flush=True)
try:
    node.create_publisher(kinds[topic], topic, 10)
except Exception:
    print("refused")
else:
    print("allowed")
"""


class Keystore:
    """A keystore with a key for every enclave of the policy.

    Args:
        folder: Made by this.
        environment: Of the processes, without security; its ROS_DOMAIN_ID is the one that the permissions are for.
    """

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.environment = {
            **environment,
            "ROS_SECURITY_ENABLE": "true",
            "ROS_SECURITY_STRATEGY": "Enforce",
            "ROS_SECURITY_KEYSTORE": str(folder),
        }
        words = [sys.executable, "-W", "ignore", "-c", _MAKE, str(folder), str(POLICY), *read_policy()]
        made = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=300)
        assert made.returncode == 0, made.stderr

    def try_to_publish(self, enclave: str, node: str, topic: str) -> str:
        """Return "allowed", "refused", or, where not even the node could be made, what was printed."""
        words = [sys.executable, "-c", _TRY, f"/vinn/{enclave}", node, topic]
        tried = subprocess.run(words, env=self.environment, capture_output=True, text=True, timeout=120)
        last = (tried.stdout.strip() or "\\n").splitlines()[-1]
        return last if last in ("allowed", "refused") else tried.stdout + tried.stderr


def keystore_or_skip(folder: Path, environment: dict[str, str]) -> Keystore:
    """Return a keystore, or skip where SROS2's tools or a middleware with security are missing."""
    pytest.importorskip("sros2", reason="SROS2's tools (ros-$ROS_DISTRO-sros2) come with a ROS installation")
    store = Keystore(folder, environment)
    tried = store.try_to_publish("policy", "policy", "action")
    if "doesn't have the security libraries" in tried:
        pytest.skip("this Fast DDS is built without security, as in the wheels; a ROS installation's has it")
    assert tried == "allowed", tried
    return store


def without_security() -> dict[str, str]:
    """Return this process's environment without its security, if it has any."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ROS_SECURITY")}
