"""The video source with the authors' own demonstration, through perception and policy: no frame lost."""

from __future__ import annotations

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from lifecycle_msgs.msg import Transition
from sensor_msgs.msg import Image

from vinn_msgs.msg import Embedding, PolicyAction
from vinn_ros import qos
from vinn_ros.conversions import image_to_rgb, vector_from_message
from vinn_ros.demo.video import VideoWriter
from vinn_ros.video_source.core import VideoReader
from vinn_training.exceptions import InvalidInput

FILM = {"rate_hz": 30.0, "wait_for_subscriber": True, "autostart": False}


def _write_video(path, count=12):
    with VideoWriter(path, 30) as video:
        for index in range(count):
            video.write(np.full((64, 96, 3), 15 * index, np.uint8))


def test_reader_gives_every_frame_once_or_in_a_loop(tmp_path):
    path = tmp_path / "video.mp4"
    _write_video(path)
    reader = VideoReader(str(path))
    levels = []
    while (frame := reader.read()) is not None:
        levels.append(frame.mean())
    np.testing.assert_allclose(levels, 15 * np.arange(12), atol=6)
    assert reader.rate_hz == pytest.approx(30)
    looping = VideoReader(str(path), loop=True)
    assert all(looping.read() is not None for _ in range(30))


def test_reader_names_what_it_cannot_read(tmp_path):
    with pytest.raises(InvalidInput, match="does not exist"):
        VideoReader(str(tmp_path / "none.mp4"))
    with pytest.raises(InvalidInput, match="webcam '/dev/video99' does not exist"):
        VideoReader("/dev/video99")
    (tmp_path / "broken.mp4").write_bytes(b"not a video")
    with pytest.raises(InvalidInput, match="cannot be opened"):
        VideoReader(str(tmp_path / "broken.mp4"))


def _perception_counts(diagnostics):
    for array in reversed(diagnostics):
        for status in array.status:
            if status.name == "perception":
                return {item.key: item.value for item in status.values}
    return {}


def test_authors_video_at_30_hz_every_frame_answered(ros, bundle, authors_video):
    frames = 0
    reader = VideoReader(str(authors_video))
    while reader.read() is not None:
        frames += 1
    actions = ros.collect(PolicyAction, "action", qos.STREAM)
    diagnostics = ros.collect(DiagnosticArray, "/diagnostics")
    ros.start("perception", {"bundle": str(bundle), "queue_depth": 100})
    ros.start("policy", {"bundle": str(bundle)})
    ros.start("video_source", {"source": str(authors_video), **FILM})
    ros.wait_for(lambda: "active" in ros.output("perception"), "perception")
    ros.wait_for(lambda: "active" in ros.output("policy"), "policy")
    ros.wait_for_report("perception", "subscribers", "1")
    ros.wait_for_report("policy", "subscribers", "1")
    assert ros.change_state("video_source", Transition.TRANSITION_CONFIGURE)
    ros.wait_for(lambda: ros.node.count_publishers("image_raw") == 1, "the camera")
    # Best effort does not wait: without this the first frames may pass before perception knows the camera.
    ros.wait_for_report("perception", "publishers", "1")
    assert ros.change_state("video_source", Transition.TRANSITION_ACTIVATE)
    ros.wait_for(lambda: "end of" in ros.output("video_source"), "the end of the video")
    ros.wait_for(lambda: len(actions) == frames, f"{frames} actions")
    ros.wait_for(lambda: _perception_counts(diagnostics).get("received") == str(frames), "perception's last report")
    counts = _perception_counts(diagnostics)
    assert (counts["lost"], counts["skipped"], counts["rejected"]) == ("0", "0", "0")
    for action in actions:
        direction = vector_from_message(action.direction)
        assert np.isfinite(direction).all()
        assert np.linalg.norm(direction) <= 1 + 1e-6
        assert len(action.neighbors) == 10
        assert sum(neighbor.weight for neighbor in action.neighbors) == pytest.approx(1, abs=1e-4)


def test_300_vga_frames_from_another_process_none_lost(ros, bundle, tmp_path):
    path = tmp_path / "vga.mp4"
    with VideoWriter(path, 30) as video:
        for index in range(300):
            frame = np.zeros((480, 640, 3), np.uint8)
            frame[:, 2 * index : 2 * index + 40] = 255
            video.write(frame)
    embeddings = ros.collect(Embedding, "embedding", qos.STREAM)
    diagnostics = ros.collect(DiagnosticArray, "/diagnostics")
    ros.start("perception", {"bundle": str(bundle), "queue_depth": 100})
    ros.start("video_source", {"source": str(path), **FILM})
    ros.wait_for(lambda: "active" in ros.output("perception"), "perception")
    ros.wait_for_report("perception", "subscribers", "1")
    assert ros.change_state("video_source", Transition.TRANSITION_CONFIGURE)
    ros.wait_for(lambda: ros.node.count_publishers("image_raw") == 1, "the camera")
    ros.wait_for_report("perception", "publishers", "1")
    assert ros.change_state("video_source", Transition.TRANSITION_ACTIVATE)
    ros.wait_for(lambda: "end of" in ros.output("video_source"), "the end of the video")
    ros.wait_for(lambda: len(embeddings) == 300, "300 embeddings")
    ros.wait_for(lambda: _perception_counts(diagnostics).get("received") == "300", "perception's last report")
    assert _perception_counts(diagnostics)["lost"] == "0"


def test_images_carry_stamp_and_optical_frame_and_a_missing_file_is_named(ros, tmp_path):
    path = tmp_path / "video.mp4"
    _write_video(path)
    images = ros.collect(Image, "image_raw", qos.IMAGE)
    ros.start("video_source", {"source": str(path), "loop": True})
    ros.wait_for(lambda: images, "an image")
    assert images[0].header.frame_id == "wrist_camera_optical_frame"
    assert image_to_rgb(images[0]).shape == (64, 96, 3)
    assert ros.stop("video_source", timeout_s=3.0) == 0
    ros.start("video_source", {"source": str(tmp_path / "none.mp4")})
    ros.wait_for(lambda: "none.mp4' does not exist" in ros.output("video_source"), "the reason")
    assert ros.processes["video_source"].poll() is None
    assert "Traceback" not in ros.output("video_source")


def test_perception_reads_the_compressed_video(ros, bundle, tmp_path):
    path = tmp_path / "video.mp4"
    with VideoWriter(path, 30) as video:
        for index in range(12):
            frame = np.zeros((64, 96, 3), np.uint8)
            frame[:, 4 * index : 4 * index + 30] = 255  # what is blank would be refused
            video.write(frame)
    embeddings = ros.collect(Embedding, "embedding", qos.STREAM)
    ros.start("perception", {"bundle": str(bundle), "image_transport": "compressed"})
    ros.start("video_source", {"source": str(path), "loop": True, "jpeg_quality": 60})
    ros.wait_for(lambda: embeddings, "an embedding of a JPEG picture")
    assert embeddings[0].header.frame_id == "wrist_camera_optical_frame"
