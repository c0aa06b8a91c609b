"""Bags of sessions with the policy, as a recorder would leave them, and a small bundle that answers in them."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vinn_training.contracts import Demonstration, GripperState
from vinn_training.policy.config import PolicyConfig

MESSAGES = Path(__file__).resolve().parents[3] / "vinn_msgs" / "msg"
PERIOD_S = 0.1

_spec = importlib.util.spec_from_file_location(
    "bag_maker", Path(__file__).resolve().parents[1] / "demonstrations" / "conftest.py"
)
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
EPOCH_NS, DELAY_NS = _module.EPOCH_NS, _module.DELAY_NS


class SessionMaker(_module.BagMaker):
    """Collects the messages of a session; times are seconds since the bag's start."""

    def __init__(self) -> None:
        super().__init__()
        if not MESSAGES.is_dir():
            pytest.skip("the definitions of vinn_msgs are not beside this package")
        for path in sorted(MESSAGES.glob("*.msg")):
            self.define(path.stem, path.read_text())

    def define(self, name: str, text: str) -> None:
        from rosbags.typesys import get_types_from_msg

        self.store.register(get_types_from_msg(text, f"vinn_msgs/msg/{name}"))

    def vector3(self, values: Sequence[float]) -> Any:
        return self.new("geometry_msgs/msg/Vector3", **dict(zip("xyz", map(float, values), strict=True)))

    def gripper(self, state: int) -> Any:
        return self.new("vinn_msgs/msg/GripperState", state=int(state))

    def embedding(
        self, time_s: float, values: Any, encoder_id: str, late_s: float = 0.02, topic: str = "/embedding"
    ) -> None:
        message = self.new(
            "vinn_msgs/msg/Embedding", header=self.header(time_s, "camera"), encoder_id=encoder_id,
            data=np.asarray(values, np.float32),
        )  # fmt: skip
        self.messages.append((topic, "vinn_msgs/msg/Embedding", self.ns(time_s + late_s), message))

    def settings(self, config: PolicyConfig, **changes: Any) -> Any:
        values = {
            "k": config.k, "temperature": config.temperature, "action_scale": np.array(config.action_scale),
            "gripper_close_below": config.gripper_close_below, "gripper_open_above": config.gripper_open_above,
            "hold_distance_quantile": config.hold_distance_quantile,
        }  # fmt: skip
        return self.new("vinn_msgs/msg/PolicySettings", **{**values, **changes})

    def action(
        self, time_s: float, late_s: float = 0.03, topic: str = "/action", config: PolicyConfig | None = None,
        neighbors: Sequence[tuple[str, int, float, float]] = (("a", 0, 1.0, 1.0),), **changes: Any,
    ) -> None:  # fmt: skip
        values: dict[str, Any] = {
            "direction": (0.0, 0.0, 1.0), "translation": (0.0, 0.0, 0.8), "gripper_opening": 1.0,
            "gripper": GripperState.OPEN, "bank_id": "bank", "bank_version": 0, "encoder_id": "encoder",
            "distance_quantile": 0.5, "hold": False, "hold_reason": "", "settings": None, **changes,
        }  # fmt: skip
        message = self.new(
            "vinn_msgs/msg/PolicyAction",
            **{
                **values,
                "header": self.header(time_s, "camera"),
                "direction": self.vector3(values["direction"]),
                "translation": self.vector3(values["translation"]),
                "gripper": self.gripper(values["gripper"]),
                "neighbors": [
                    self.new(
                        "vinn_msgs/msg/Neighbor", demonstration=name, frame=frame, distance=distance, weight=weight
                    )
                    for name, frame, distance, weight in neighbors
                ],
                "settings": values["settings"] or self.settings(config or PolicyConfig()),
            },
        )
        self.messages.append((topic, "vinn_msgs/msg/PolicyAction", self.ns(time_s + late_s), message))

    def command(
        self, time_s: float, late_s: float = 0.05, stopped: bool = False, reason: str = "", clipped: Sequence[str] = (),
        commanded_m: Sequence[float] = (0.02, 0.0, 0.0),
    ) -> None:  # fmt: skip
        sent_ns = self.ns(time_s + late_s)
        message = self.new(
            "vinn_msgs/msg/BridgeCommand", header=self.header(time_s, "camera"),
            sent_at=self.new("builtin_interfaces/msg/Time", sec=sent_ns // 10**9, nanosec=sent_ns % 10**9),
            requested_m=self.vector3((0.03, 0.0, 0.0)), commanded_m=self.vector3(commanded_m), joint_names=[],
            positions=np.zeros(0), gripper=self.gripper(GripperState.OPEN), clipped=list(clipped), stopped=stopped,
            reason=reason, reached=not stopped, residual_m=0.0, residual_rad=0.0, iterations=1, solve_time_s=0.001,
            active_limits=[],
        )  # fmt: skip
        self.messages.append(("/command", "vinn_msgs/msg/BridgeCommand", self.ns(time_s + late_s + 0.001), message))

    def bank_state(
        self, time_s: float, version: int, bank_id: str, names: Sequence[str], disabled: Sequence[str]
    ) -> None:
        message = self.new(
            "vinn_msgs/msg/BankState", version=version, bank_id=bank_id, change="", demonstrations=list(names),
            frames=np.ones(len(names), np.uint32), enabled=np.array([name not in disabled for name in names]),
            versions=np.array([version], np.uint32),
        )  # fmt: skip
        self.add("/bank", "vinn_msgs/msg/BankState", time_s, message)

    def parameter_event(self, time_s: float, node: str, changed: Mapping[str, Any]) -> None:
        stamp_ns = self.ns(time_s)
        message = self.new(
            "rcl_interfaces/msg/ParameterEvent",
            stamp=self.new("builtin_interfaces/msg/Time", sec=stamp_ns // 10**9, nanosec=stamp_ns % 10**9),
            node=node, new_parameters=[self._parameter("autostart", True)],
            changed_parameters=[self._parameter(name, value) for name, value in changed.items()],
            deleted_parameters=[],
        )  # fmt: skip
        self.add("/parameter_events", "rcl_interfaces/msg/ParameterEvent", time_s, message)

    def _parameter(self, name: str, value: Any) -> Any:
        values: dict[str, Any] = {
            "type": 0, "bool_value": False, "integer_value": 0, "double_value": 0.0, "string_value": "",
            "byte_array_value": np.zeros(0, np.uint8), "bool_array_value": np.zeros(0, bool),
            "integer_array_value": np.zeros(0, np.int64), "double_array_value": np.zeros(0),
            "string_array_value": [],
        }  # fmt: skip
        if isinstance(value, bool):
            values |= {"type": 1, "bool_value": value}
        elif isinstance(value, int):
            values |= {"type": 2, "integer_value": value}
        elif isinstance(value, float):
            values |= {"type": 3, "double_value": value}
        else:
            values |= {"type": 8, "double_array_value": np.array(value, np.float64)}
        return self.new(
            "rcl_interfaces/msg/Parameter", name=name, value=self.new("rcl_interfaces/msg/ParameterValue", **values)
        )


@pytest.fixture
def bag() -> SessionMaker:
    """An empty session in the making."""
    return SessionMaker()


def pictures(count: int, seed: int = 0) -> list[np.ndarray]:
    """Return (36, 48, 3) pictures that change slowly: a window that moves over a coarse pattern."""
    import cv2

    coarse = np.random.default_rng(seed).integers(0, 256, (6, 8 + count // 4, 3), dtype=np.uint8)
    wide = cv2.resize(coarse, (64 + 2 * count, 36), interpolation=cv2.INTER_CUBIC)
    return [np.ascontiguousarray(wide[:, 2 * index : 2 * index + 48]) for index in range(count)]


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real bundle, small: an untrained ResNet-18 and three short demonstrations of moving windows."""
    return write_bundle_of(tmp_path_factory.mktemp("bundle"), seed=0)


def write_bundle_of(directory: Path, seed: int) -> Path:
    """Write a bundle whose encoder is drawn with `seed`, and return its path."""
    torch = pytest.importorskip("torch", reason="torch is not installed")
    from vinn_training.bank.build import build_bank
    from vinn_training.bank.bundle import write_bundle
    from vinn_training.bank.calibration import calibrate
    from vinn_training.bank.manifest import BundleManifest
    from vinn_training.encoder.artifact import EncoderSpec, write_encoder
    from vinn_training.encoder.backbone import build_backbone
    from vinn_training.encoder.runtime import load_runtime
    from vinn_training.preprocessing import Preprocessing

    torch.manual_seed(seed)
    weights = {name: value.numpy() for name, value in build_backbone("resnet18").state_dict().items()}
    spec = EncoderSpec("resnet18", Preprocessing(size=32))
    encoder = write_encoder(directory / "encoder", spec, weights)
    rng = np.random.default_rng(seed)
    demonstrations = []
    for number, name in enumerate(("a", "b", "c")):
        directions = rng.normal(size=(20, 3))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        gripper = (np.arange(20) < 10).astype(np.float32)
        demonstrations.append(Demonstration.from_images(name, pictures(20, number), directions, gripper))
    built = build_bank(demonstrations, load_runtime(encoder))
    manifest = BundleManifest(
        encoder_spec=spec, encoder_id=encoder.encoder_id, bank_id=built.bank.bank_id, rows=len(built.bank),
        demonstrations=3, calibration=calibrate(built.bank),
    )  # fmt: skip
    write_bundle(directory / "bundle", built.bank, encoder, built.thumbnails, manifest)
    return directory / "bundle"


@pytest.fixture
def answered(bag: SessionMaker, bundle: Path) -> Callable[..., SessionMaker]:
    """Return `answered(count, changes)`: a session in which the bundle's policy answered every image.

    `changes` has configurations by the number of the first image that they hold for.
    """
    from vinn_training.bank.bundle import load_bundle
    from vinn_training.encoder.camera_image import encode_camera_image
    from vinn_training.encoder.runtime import load_runtime
    from vinn_training.policy.vinn_policy import VinnPolicy

    loaded = load_bundle(bundle)
    runtime = load_runtime(loaded, threads=1)

    def make(count: int = 12, changes: Mapping[int, PolicyConfig] | None = None) -> SessionMaker:
        configs = {0: PolicyConfig(hold_distance_quantile=1.0), **(changes or {})}
        policy = VinnPolicy(loaded.bank, configs[0], loaded.calibration, loaded.open_index())
        for index, picture in enumerate(pictures(count, seed=1)):
            time_s = index * PERIOD_S
            policy.config = configs.get(index, policy.config)
            embedding = encode_camera_image(runtime, picture)
            decision = policy.decide(embedding)
            bag.image(time_s, picture)
            bag.embedding(time_s, embedding, loaded.manifest.encoder_id)
            bag.action(
                time_s, config=decision.config, direction=decision.action.direction, translation=decision.translation,
                gripper_opening=decision.action.gripper_opening, gripper=decision.gripper,
                neighbors=[(n.demonstration, n.frame, n.distance, n.weight) for n in decision.action.neighbors],
                bank_id=loaded.bank.bank_id, encoder_id=loaded.manifest.encoder_id,
                distance_quantile=decision.distance_quantile, hold=decision.hold, hold_reason=decision.hold_reason,
            )  # fmt: skip
        return bag

    return make


@pytest.fixture
def result(answered: Callable[..., SessionMaker], bundle: Path, tmp_path: Path) -> Any:
    """A replayed session of 12 images: a camera that moves forward, a gripper that closes, changed parameters.

    Image 5 got no answer online, and image 11 has neither embedding nor answer.
    """
    from vinn_training.bank.bundle import load_bundle
    from vinn_training.replay.replaying import ReplayOptions, replay_frames
    from vinn_training.replay.result import make_result
    from vinn_training.replay.session import read_session

    bag = answered(12, {6: PolicyConfig(k=3, hold_distance_quantile=1.0)})
    missing = {("/action", 5), ("/action", 11), ("/embedding", 11)}
    bag.messages = [item for item in bag.messages if (item[0], image_number(item)) not in missing]
    for index in range(13):
        bag.camera_pose(index * PERIOD_S, (0.0, 0.0, index * 0.01))
        bag.command(index * PERIOD_S, stopped=index == 3, reason="stale image" if index == 3 else "", late_s=0.05)
    for topic, _, _, message in bag.messages:
        if topic == "/command" and image_number((topic, "", 0, message)) >= 6:
            message.gripper = bag.gripper(GripperState.CLOSED)  # sent when the next image is under way
    bag.parameter_event(0.55, "/policy", {"k": 3})
    session = read_session(bag.write(tmp_path / "recorded"))
    loaded = load_bundle(bundle)
    return make_result(session, loaded, replay_frames(session, loaded, None, ReplayOptions(embeddings="recorded")))


def image_number(entry: tuple[str, str, int, Any]) -> int:
    """Return which image, by its stamp, a message of `answered` belongs to."""
    stamp = entry[3].header.stamp
    return round((stamp.sec * 10**9 + stamp.nanosec - EPOCH_NS) / (PERIOD_S * 1e9))
