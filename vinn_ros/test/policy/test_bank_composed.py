"""The same services where perception and policy share a process, and the policy answers in the encoder's thread."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import yaml
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from vinn_msgs.msg import PolicyAction
from vinn_msgs.srv import AddDemonstration, SetDemonstration
from vinn_ros import qos
from vinn_ros.conversions import rgb_to_image
from vinn_training.demonstrations.reader import open_dataset


@pytest.mark.full
def test_the_bank_changes_under_a_composed_policy(ros, bundle, dataset, tmp_path):
    file = tmp_path / "both.yaml"
    common = {"bundle": str(bundle), "autostart": True}
    nodes = {"perception": common, "policy": {**common, "hold_distance_quantile": 1.0}}
    file.write_text(yaml.safe_dump({name: {"ros__parameters": values} for name, values in nodes.items()}))
    command = [sys.executable, "-m", "vinn_ros.entry_points", "perception_policy", "--ros-args"]
    ros.run("both", [*command, "--params-file", str(file)])
    actions = ros.collect(PolicyAction, "action", qos.STREAM)
    images = ros.node.create_publisher(Image, "image_raw", qos.IMAGE)
    ros.wait_for(lambda: ros.output("both").count("]: active") == 2, "both nodes")
    ros.wait_for(lambda: images.get_subscription_count() == 1, "the image subscription")
    ros.wait_for_report("policy", "subscribers", "1")
    new = next(item for item in open_dataset(dataset).demonstrations if item.name == "new")
    pixels = np.ascontiguousarray(new.load_image(2))

    def answer(version):
        def heard():
            images.publish(rgb_to_image(pixels, Header(stamp=ros.node.get_clock().now().to_msg())))
            ros.spin_for(0.1)
            return next((action for action in reversed(actions) if action.bank_version == version), None)

        return ros.wait_for(heard, f"an action of version {version}")

    def ask(kind, service, **fields):
        done = ros.call(kind, f"/policy/bank/{service}", kind.Request(**fields))
        assert done.success, done.message
        return done

    assert answer(0).neighbors[0].demonstration != "new"
    added = ask(AddDemonstration, "add_demonstration", path=str(dataset), name="new")
    action = answer(1)
    assert action.bank_id == added.bank_id
    assert (action.neighbors[0].demonstration, action.neighbors[0].frame) == ("new", 2)
    np.testing.assert_allclose(action.neighbors[0].distance, 0.0, atol=1e-2)
    disabled = ask(SetDemonstration, "set_demonstration", name="new", enabled=False)
    action = answer(2)
    assert action.bank_id == disabled.bank_id != added.bank_id
    assert "new" not in {neighbor.demonstration for neighbor in action.neighbors}
    assert ros.stop("both", timeout_s=60.0) == 0
    assert "Traceback" not in ros.output("both")
