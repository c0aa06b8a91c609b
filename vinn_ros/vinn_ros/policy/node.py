"""Lifecycle node: embeddings in, actions with their retrieval trace out; the bank can be changed meanwhile."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray

from vinn_msgs.msg import Embedding, PolicyAction
from vinn_ros import diagnostics, qos
from vinn_ros.conversions import (
    embedding_from_message,
    gripper_to_message,
    neighbor_to_message,
    settings_to_message,
    vector_to_message,
)
from vinn_ros.lifecycle import BaseLifecycleNode
from vinn_ros.loss_counter import HAS_MESSAGE_INFO, LossCounter
from vinn_ros.parameters import ParameterSpec, Values
from vinn_ros.policy.bank_services import BankServices
from vinn_ros.policy.core import EmbeddingCounts, PolicyCore, input_problem
from vinn_training.bank.bundle import load_bundle
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import MAX_K, TEMPERATURE_LIMITS, PolicyConfig
from vinn_training.policy.vinn_policy import VinnPolicy

_DEFAULT = PolicyConfig()

PARAMETERS = (
    ParameterSpec("bundle", "", "Directory of the bundle (encoder and bank) to load."),
    ParameterSpec("k", _DEFAULT.k, "Neighbours in the regression.", minimum=1, maximum=MAX_K, live=True),
    ParameterSpec(
        "temperature", _DEFAULT.temperature, "Weights are exp(-distance / temperature), normalised; the paper has 1.",
        minimum=TEMPERATURE_LIMITS[0], maximum=TEMPERATURE_LIMITS[1], live=True,
    ),
    ParameterSpec(
        "action_scale", list(_DEFAULT.action_scale),
        "c of the paper: translation = c (.) a_hat, in x right, y down, z forward of the camera.",
        minimum=0.0, maximum=1.0, length=3, live=True,
    ),
    ParameterSpec(
        "gripper_close_below", _DEFAULT.gripper_close_below,
        "The gripper closes when the regressed opening (0 closed, 1 open) falls to this.",
        minimum=0.0, maximum=1.0, live=True,
    ),
    ParameterSpec(
        "gripper_open_above", _DEFAULT.gripper_open_above,
        "The gripper opens when the regressed opening rises to this; not below gripper_close_below.",
        minimum=0.0, maximum=1.0, live=True,
    ),
    ParameterSpec(
        "hold_distance_quantile", _DEFAULT.hold_distance_quantile,
        "Hold when the nearest neighbour is farther than this quantile of held-out frames' distances; 1 never holds.",
        minimum=0.0, maximum=1.0, live=True,
    ),
)  # fmt: skip


def policy_config(values: Values) -> PolicyConfig:
    """Return the policy's configuration from the node's parameters.

    Raises:
        InvalidInput: If the values do not fit together.
    """
    names = [spec.name for spec in PARAMETERS if spec.name != "bundle"]
    chosen = {name: values[name] for name in names}
    chosen["action_scale"] = tuple(chosen["action_scale"])
    return PolicyConfig(**chosen)


class PolicyNode(BaseLifecycleNode):
    """Answers each embedding with one action under the image's header.

    Args:
        listens: Whether embeddings come by the topic; if not, `receive` must be called with each.
    """

    def __init__(self, listens: bool = True) -> None:
        self._core: PolicyCore | None = None
        super().__init__("policy", PARAMETERS)
        policy_config(self.parameters.values)  # a parameter file must not start what `ros2 param set` would refuse
        self._bank = BankServices(self)
        self._actions = self.create_lifecycle_publisher(PolicyAction, "action", qos.STREAM)
        self._diagnostics = self.create_publisher(DiagnosticArray, "/diagnostics", 10)
        self._losses = LossCounter()
        self._heard_s = 0.0
        self._source = self.resolve_topic_name("embedding") if listens else "perception's own embeddings"
        if listens:
            hear: Any = self._hear if HAS_MESSAGE_INFO else self.receive
            self.create_subscription(Embedding, "embedding", hear, qos.STREAM)
        self.create_timer(1.0, self._report)

    def configure(self) -> None:
        if not self.parameters["bundle"]:
            raise InvalidInput("parameter 'bundle' is empty; expected the directory of a bundle (see `vinn bank`)")
        bundle = load_bundle(Path(self.parameters["bundle"]))
        index = bundle.open_index()
        policy = VinnPolicy(bundle.bank, policy_config(self.parameters.values), bundle.calibration, index)
        self._bank.begin(bundle, policy, index)
        self._core = PolicyCore(policy, bundle.manifest.encoder_id, bundle.manifest.encoder_spec.embedding_size)
        names = bundle.bank.demonstration_names
        self.get_logger().info(f"bank {bundle.bank.bank_id}: {len(bundle.bank)} frames of {len(names)} demonstrations")

    def activate(self) -> None:
        self._losses = LossCounter()
        self._heard_s = time.monotonic()

    def cleanup(self) -> None:
        self._core = None
        self._bank.end()

    def stop(self) -> None:
        super().stop()
        self._bank.close()

    def apply_parameters(self, values: Values) -> None:
        config = policy_config(values)
        if self._core is not None:
            self._core.reconfigure(config)

    def _hear(self, message: Embedding, info: dict[str, Any]) -> None:
        if self.is_active:
            self._losses.saw(info.get("publication_sequence_number"))
        self.receive(message)

    def receive(self, message: Embedding) -> None:
        """Answer an embedding while active; in one thread at a time, which need not be the executor's."""
        core = self._core  # a transition in the executor's thread may take it away meanwhile
        if not self.is_active or core is None:
            return
        self._heard_s = time.monotonic()
        try:
            decision = core.answer(embedding_from_message(message), message.encoder_id)
        except InvalidInput as error:
            self.get_logger().error(f"embedding on {self._source} not used: {error}", throttle_duration_sec=2.0)
            return
        action = decision.action
        self._actions.publish(
            PolicyAction(
                header=message.header,
                direction=vector_to_message(action.direction),
                translation=vector_to_message(decision.translation),
                gripper_opening=float(action.gripper_opening),
                gripper=gripper_to_message(decision.gripper),
                neighbors=[neighbor_to_message(neighbor) for neighbor in action.neighbors],
                bank_id=decision.bank_id,
                bank_version=decision.bank_version,
                settings=settings_to_message(decision.config),
                encoder_id=decision.bank.encoder_id,
                distance_quantile=float(decision.distance_quantile),
                hold=decision.hold,
                hold_reason=decision.hold_reason,
            )
        )

    def _report(self) -> None:
        counts = self._core.counts if self._core is not None else EmbeddingCounts()
        problem: str | None = "not active"
        if self.is_active:
            problem = input_problem(counts, self._source, time.monotonic() - self._heard_s)
        level, text = (diagnostics.WARN, problem) if problem else (diagnostics.OK, "answering")
        values = {
            **vars(counts),
            "lost": self._losses.lost if HAS_MESSAGE_INFO else "unknown",
            "subscribers": self._actions.get_subscription_count(),
            **self._bank.report(),
        }
        stamp = self.get_clock().now().to_msg()
        self._diagnostics.publish(diagnostics.diagnostic_array(stamp, self.get_name(), level, text, values))
