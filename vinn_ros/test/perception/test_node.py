"""The perception node as a process, over real DDS."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from lifecycle_msgs.msg import Transition
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from vinn_msgs.msg import Embedding
from vinn_ros import qos
from vinn_ros.conversions import embedding_from_message, rgb_to_image
from vinn_training.bank.bundle import load_bundle
from vinn_training.encoder.runtime import load_runtime


def _picture(seed=0, height=48, width=64):
    return np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)


def _image(world, pixels):
    header = Header(stamp=world.node.get_clock().now().to_msg(), frame_id="wrist_camera_optical_frame")
    return rgb_to_image(pixels, header)


@pytest.fixture
def perception(ros, bundle):
    ros.images = ros.node.create_publisher(Image, "image_raw", qos.IMAGE)
    ros.embeddings = ros.collect(Embedding, "embedding", qos.STREAM)
    ros.start("perception", {"bundle": str(bundle)})
    ros.wait_for(lambda: "active" in ros.output("perception"), "the node to become active")
    ros.wait_for(lambda: ros.images.get_subscription_count() == 1, "the image subscription")
    ros.wait_for(lambda: ros.node.count_publishers("embedding") == 1, "the embedding publisher")
    return ros


def _ask(world, message):
    """Publish until answered: best effort may lose a message that comes before discovery is done."""
    before = len(world.embeddings)

    def answered():
        if len(world.embeddings) > before:
            return True
        world.images.publish(message)
        world.spin_for(0.1)
        return False

    world.wait_for(answered, "an embedding")
    return world.embeddings[-1]


def test_embedding_equals_the_runtime_and_keeps_the_header(perception, bundle):
    pixels = _picture()
    sent = _image(perception, pixels)
    answer = _ask(perception, sent)
    runtime = load_runtime(load_bundle(bundle))
    assert answer.header == sent.header
    assert answer.encoder_id == runtime.encoder_id
    np.testing.assert_allclose(embedding_from_message(answer), runtime.encode([pixels])[0], rtol=1e-4, atol=1e-5)


def test_bad_images_are_named_and_the_node_lives_on(perception):
    good = _image(perception, _picture())
    _ask(perception, good)
    wrong_encoding = _image(perception, _picture())
    wrong_encoding.encoding = "32FC1"
    empty = Image(header=good.header, encoding="rgb8")
    short = _image(perception, _picture())
    short.data = short.data[:-5]
    huge = Image(header=good.header, height=4_000_000_000, width=4_000_000_000, encoding="rgb8", step=1)
    diagnostics = perception.collect(DiagnosticArray, "/diagnostics")

    def problem(text):
        return any(
            text in status.message for array in diagnostics for status in array.status if status.name == "perception"
        )

    black = _image(perception, np.zeros((48, 64, 3), np.uint8))
    for message, text in (
        (black, "blank"),
        (wrong_encoding, "encoding is '32FC1'"),
        (empty, "image size is 0x0"),
        (short, "image data has"),
        (huge, "image size is 4000000000x4000000000"),
    ):
        perception.images.publish(message)
        perception.wait_for(lambda text=text: problem(text), f"diagnostics that say: {text}")
    assert perception.processes["perception"].poll() is None
    _ask(perception, _image(perception, _picture(seed=1)))
    assert "image on /image_raw not used" in perception.output("perception")
    assert "Traceback" not in perception.output("perception")


def test_pictures_that_stop_are_told_in_diagnostics_until_they_come_again(perception):
    diagnostics = perception.collect(DiagnosticArray, "/diagnostics")

    def said(text):
        return any(
            text in status.message for array in diagnostics for status in array.status if status.name == "perception"
        )

    _ask(perception, _image(perception, _picture()))
    perception.wait_for(lambda: said("no image on /image_raw for "), "diagnostics that tell of the silence")
    diagnostics.clear()

    def encodes_again():
        perception.images.publish(_image(perception, _picture()))
        perception.spin_for(0.1)
        return said("encoding")

    perception.wait_for(encodes_again, "diagnostics that say that it encodes again")


def test_a_broken_bundle_is_refused_and_a_mended_one_taken(ros, bundle, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(bundle, copy)
    whole = (copy / "bank.safetensors").read_bytes()
    (copy / "bank.safetensors").write_bytes(whole[: len(whole) // 2])
    ros.start("perception", {"bundle": str(copy), "autostart": False})
    assert not ros.change_state("perception", Transition.TRANSITION_CONFIGURE)
    assert "bank.safetensors" in ros.output("perception")
    assert "Traceback" not in ros.output("perception")
    (copy / "bank.safetensors").write_bytes(whole)
    assert ros.change_state("perception", Transition.TRANSITION_CONFIGURE)


def test_ctrl_c_ends_it_quietly(perception):
    assert perception.stop("perception", timeout_s=3.0) == 0
    assert "Traceback" not in perception.output("perception")
