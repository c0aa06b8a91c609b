"""Demonstrations to add to a bank: data sets and bags of random pictures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from ament_index_python.packages import get_package_share_directory

from vinn_ros.recorder.core import BagRecorder, typestore_with
from vinn_training.bank.bank import Bank
from vinn_training.bank.bundle import write_bundle
from vinn_training.bank.calibration import calibrate
from vinn_training.bank.manifest import BundleManifest
from vinn_training.bank.thumbnails import Thumbnails
from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.vinn_writer import VinnDatasetWriter
from vinn_training.encoder.artifact import EncoderArtifact, EncoderSpec, fingerprint, read_weights
from vinn_training.preprocessing import Preprocessing


def write_dataset(folder: Path, frames: Mapping[str, int], seed: int = 7, side_px: int = 32) -> Path:
    """Write demonstrations with so many frames each into a data set, and return its folder."""
    rng = np.random.default_rng(seed)
    writer = VinnDatasetWriter(folder)
    for name, count in frames.items():
        images = list(rng.integers(0, 255, (count, side_px, side_px, 3), np.uint8))
        directions = rng.normal(size=(count, 3))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        openings = rng.integers(0, 2, count).astype(float)
        writer.write(Demonstration.from_images(name, images, directions, openings))
    return folder


def write_load_bundle(folder: Path) -> Path:
    """Write a bundle as large as the demo's, whose encoder takes pictures of 224 pixels, and return its folder.

    The encoder is not trained, and the bank's embeddings are drawn, not encoded.
    """
    import torch
    from safetensors.torch import save_file

    from vinn_training.encoder.backbone import build_backbone

    torch.manual_seed(0)
    weights = folder / "encoder.safetensors"
    save_file(build_backbone("resnet18").state_dict(), weights)
    spec = EncoderSpec("resnet18", Preprocessing(size=224))
    encoder = EncoderArtifact(spec, weights, fingerprint(spec, read_weights(weights)))
    rng = np.random.default_rng(0)
    count, names = 1320, tuple(f"loaded_{index}" for index in range(24))
    directions = rng.normal(size=(count, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    bank = Bank(
        embeddings=np.abs(rng.normal(size=(count, 512))).astype(np.float32),
        directions=directions,
        gripper=rng.integers(0, 2, count).astype(np.float32),
        demonstration=np.repeat(np.arange(24), count // 24),
        frame=np.tile(np.arange(count // 24), 24),
        demonstration_names=names,
        encoder_id=encoder.encoder_id,
    )
    thumbnails = Thumbnails.from_images(rng.integers(0, 255, (count, 8, 8, 3), np.uint8))
    manifest = BundleManifest(spec, encoder.encoder_id, bank.bank_id, count, len(names), calibrate(bank))
    write_bundle(folder / "bundle", bank, encoder, thumbnails, manifest)
    return folder / "bundle"


def write_bag(folder: Path, poses: bool) -> Path:
    """Record ten pictures below `folder`, with or without the camera's poses, and return the bag."""
    store = typestore_with("vinn_msgs", Path(get_package_share_directory("vinn_msgs")) / "msg")
    recorder = BagRecorder(folder, store)
    types = store.types
    recorder.add_topic("/image_raw", "sensor_msgs/msg/Image")
    recorder.add_topic("/wrist_camera_pose", "geometry_msgs/msg/PoseStamped")
    rng = np.random.default_rng(3)
    for index in range(10):
        time_ns = 1_000_000_000 + index * 100_000_000
        stamp = types["builtin_interfaces/msg/Time"](sec=time_ns // 10**9, nanosec=time_ns % 10**9)
        header = types["std_msgs/msg/Header"](stamp=stamp, frame_id="wrist_camera_optical_frame")
        image = types["sensor_msgs/msg/Image"](
            header=header, height=32, width=32, encoding="rgb8", is_bigendian=0, step=96,
            data=rng.integers(0, 255, 32 * 32 * 3, np.uint8),
        )  # fmt: skip
        recorder.write("/image_raw", store.serialize_cdr(image, "sensor_msgs/msg/Image"), time_ns)
        if poses:
            pose = types["geometry_msgs/msg/PoseStamped"](
                header=types["std_msgs/msg/Header"](stamp=stamp, frame_id="odom"),
                pose=types["geometry_msgs/msg/Pose"](
                    position=types["geometry_msgs/msg/Point"](x=0.02 * index, y=0.0, z=0.0),
                    orientation=types["geometry_msgs/msg/Quaternion"](x=0.0, y=0.0, z=0.0, w=1.0),
                ),
            )
            recorder.write("/wrist_camera_pose", store.serialize_cdr(pose, "geometry_msgs/msg/PoseStamped"), time_ns)
    recorder.close()
    return recorder.path
