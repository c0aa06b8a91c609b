"""The policy file against the running graph: each node does what it may, and may what it does."""

from __future__ import annotations

import sys

import pytest
from graph_endpoints import endpoints_of
from policy_file import POLICY, read_policy

_COMPRESSED = ("topics", "subscribe", "/image_raw/compressed")
_TRANSFORMS = {("topics", "subscribe", "/tf"), ("topics", "subscribe", "/tf_static")}
_BY_TRAJECTORY = "/joint_trajectory_controller/joint_trajectory"

#: Allowed, and not done by the node as the test starts it: another setting does it, or a package that is missing here.
OPTIONAL = {
    "perception": {_COMPRESSED},
    "recorder": {_COMPRESSED, *_TRANSFORMS},
    "trial_recorder": {_COMPRESSED, *_TRANSFORMS},
    "trial_node": set(),
    "neighbors_view": {_COMPRESSED, ("topics", "publish", "/tf_static")},
    "stretch_bridge": {
        ("topics", "publish", _BY_TRAJECTORY),
        ("topics", "subscribe", _BY_TRAJECTORY),
        ("actions", "call", "/stretch_controller/follow_joint_trajectory"),
    },
    "run_episode": set(),
}
#: While ROS's time is not simulated; and in distributions that have it not yet.
OPTIONAL_EVERYWHERE = {("topics", "subscribe", "/clock")}


@pytest.fixture(scope="module")
def world(shared_ros, bundle, tmp_path_factory):
    ros, scratch = shared_ros, tmp_path_factory.mktemp("security")
    ros.start("stretch_standin")
    for name in ("stretch_bridge", "video_source"):
        ros.start(name, {"autostart": False})
    for name in ("perception", "policy", "neighbors_view"):
        ros.start(name, {"bundle": str(bundle)})
    ros.start("recorder", {"output": str(scratch / "bags")})
    ros.start("trial_node", {"output": str(scratch / "trials")})
    # It waits for a bridge that is not there, by another name than the real one's.
    command = [sys.executable, "-m", "vinn_ros.run_episode.main", "--bridge", "nobody", "--wait-s", "600"]
    ros.run("run_episode", command)
    return ros


@pytest.mark.full
@pytest.mark.parametrize("node", [*sorted(OPTIONAL), "policy", "video_source", "trial_guard"])
def test_a_running_node_does_what_it_may_and_nothing_else(world, node):
    (profile,) = [
        profiles[node] for path, profiles in read_policy().items() if node in profiles and "_policy" not in path
    ]
    allowed = {(*key, name) for key, names in profile.allowed.items() for name in names}

    def does():
        names = {("/" + name).rstrip("/") for name in world.node.get_node_names()}
        if f"/{node}" not in names:
            return set()
        found = endpoints_of(world.node, node)
        return {(*key, name.replace("/nobody/", "/stretch_bridge/")) for key, names in found.items() for name in names}

    optional = OPTIONAL.get(node, set()) | OPTIONAL_EVERYWHERE
    try:
        world.wait_for(lambda: not allowed - does() - optional, f"{node} to do all that it may")
    except AssertionError:
        unused = sorted(allowed - does() - optional)
        raise AssertionError(f"node {node} does not use these: take them from {POLICY.name}: {unused}") from None
    beyond = does() - allowed
    assert not beyond, f"allow these to node {node} in {POLICY.name}, or take them from the node: {sorted(beyond)}"
