"""Asks the policy about every image of a session again, with the settings and the state that it had online."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from vinn_training.bank.bundle import Bundle
from vinn_training.contracts import FloatArray, GripperState
from vinn_training.encoder.camera_image import encode_camera_image
from vinn_training.encoder.runtime import EncoderRuntime
from vinn_training.exceptions import InvalidDemonstration, InvalidInput
from vinn_training.policy.config import PolicyConfig
from vinn_training.policy.vinn_policy import PolicyDecision, VinnPolicy
from vinn_training.replay.agreement import Agreement, compare
from vinn_training.replay.banks import known_banks
from vinn_training.replay.recorded import RecordedAction, RecordedEmbedding, RecordedFrame
from vinn_training.replay.session import Session

EmbeddingSource = Literal["images", "recorded"]
SettingsSource = Literal["recorded", "given"]


@dataclass(frozen=True)
class ReplayOptions:
    """How a session is replayed.

    Attributes:
        embeddings: "images" encodes the bag's images; "recorded" takes the embeddings that perception sent.
        settings: "recorded" uses for each image the settings that its recorded action was made with; "given" uses
            `config` for all.
        config: Settings of images that no recorded action tells of.
    """

    embeddings: EmbeddingSource = "images"
    settings: SettingsSource = "recorded"
    config: PolicyConfig = field(default_factory=PolicyConfig)


@dataclass(frozen=True, eq=False)
class ReplayedFrame:
    """One image with the recorded and the replayed answer.

    Attributes:
        frame: The image.
        embedding: As recorded, or None.
        action: As recorded, or None.
        settings: Used in the replay.
        decision: Replayed, or None where the image or embedding cannot be used.
        problem: Why there is no decision, empty otherwise.
        embedding_difference: Largest absolute difference between the replayed and the recorded embedding of the same
            encoder, or None.
        agreement: Of both answers, or None where they cannot be compared.
        not_compared: Why they cannot, empty otherwise.
    """

    frame: RecordedFrame
    embedding: RecordedEmbedding | None
    action: RecordedAction | None
    settings: PolicyConfig
    decision: PolicyDecision | None
    problem: str
    embedding_difference: float | None
    agreement: Agreement | None
    not_compared: str


def replay_frames(
    session: Session,
    bundle: Bundle,
    runtime: EncoderRuntime | None,
    options: ReplayOptions,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[ReplayedFrame, ...]:
    """Return the session's images, in order of their stamps, with both answers.

    The policy is asked in the order in which it answered online, and the gripper's state is carried along. Images
    that got no answer online are asked about as well, but change no state.

    Args:
        session: With images.
        bundle: Its bank is asked.
        runtime: The bundle's encoder; may be None for recorded embeddings.
        options: Which embeddings and settings.
        report: Called with the number of images done and in all.

    Raises:
        InvalidInput: If recorded embeddings are asked for and there are none, or only of another encoder.
    """
    _check_embeddings(session, bundle, options)
    return _Replay(session, bundle, runtime, options).run(report)


class _Replay:
    def __init__(
        self, session: Session, bundle: Bundle, runtime: EncoderRuntime | None, options: ReplayOptions
    ) -> None:
        self._frames = session.frames
        # Of several answers under one stamp the first is taken, as of several images.
        self._embeddings = {item.stamp_ns: item for item in reversed(session.embeddings)}
        self._actions = {item.stamp_ns: item for item in reversed(session.actions)}
        if not session.has_stamps:
            self._embeddings, self._actions = {}, {}
        self._bundle = bundle
        self._runtime = runtime
        self._options = options
        index = bundle.open_index()
        self._policy = VinnPolicy(bundle.bank, options.config, bundle.calibration, index)
        self._banks = known_banks(session, bundle, index) if options.settings == "recorded" else {}
        self._settings = options.config
        self._state = GripperState.UNKNOWN

    def run(self, report: Callable[[int, int], None]) -> tuple[ReplayedFrame, ...]:
        answered = [self._actions[frame.stamp_ns] for frame in self._frames if frame.stamp_ns in self._actions]
        if answered and self._options.settings == "recorded":
            first = min(answered, key=lambda action: action.received_ns)
            # Where the thresholds decided, the state before does not matter; where they left it, it was this one.
            self._settings, self._state = first.settings, first.gripper
        replayed: dict[int, ReplayedFrame] = {}
        for index in self._order():
            replayed[index] = self._answer(self._frames[index])
            report(len(replayed), len(self._frames))
        return tuple(replayed[index] for index in range(len(self._frames)))

    def _order(self) -> list[int]:
        """Return the images as they were answered; those without an answer follow the answered one before them."""
        answered_ns, keys = 0, []
        for frame in self._frames:
            action = self._actions.get(frame.stamp_ns)
            answered_ns = action.received_ns if action is not None else answered_ns
            keys.append(answered_ns)
        return sorted(range(len(keys)), key=lambda index: (keys[index], index))

    def _answer(self, frame: RecordedFrame) -> ReplayedFrame:
        action, embedding = self._actions.get(frame.stamp_ns), self._embeddings.get(frame.stamp_ns)
        if action is not None and self._options.settings == "recorded":
            self._settings = action.settings
            if action.bank_id in self._banks:
                self._policy.use(self._banks[action.bank_id])
        decision, problem, difference = None, "", None
        try:
            query = self._query(frame, embedding)
            if embedding is not None and embedding.encoder_id == self._bundle.manifest.encoder_id:
                difference = _difference(query, embedding.embedding)
            self._policy.config = self._settings
            self._policy.reset(self._state)
            decision = self._policy.decide(query)
        except (InvalidInput, InvalidDemonstration) as error:
            problem = str(error)
        not_compared = self._why_not_compared(action, decision)
        agreement = compare(decision, action) if decision and action and not not_compared else None
        self._remember(action, decision, agreement)
        return ReplayedFrame(
            frame, embedding, action, self._settings, decision, problem, difference, agreement, not_compared
        )

    def _query(self, frame: RecordedFrame, embedding: RecordedEmbedding | None) -> FloatArray:
        if self._options.embeddings == "images":
            assert self._runtime is not None
            return encode_camera_image(self._runtime, frame.read())
        if embedding is None:
            raise InvalidInput("no embedding was recorded")
        if embedding.encoder_id != self._bundle.manifest.encoder_id:
            raise InvalidInput(f"its recorded embedding is of another encoder, {embedding.encoder_id}")
        return embedding.embedding

    def _why_not_compared(self, action: RecordedAction | None, decision: PolicyDecision | None) -> str:
        if action is None:
            return "no recorded answer"
        if action.encoder_id != self._bundle.manifest.encoder_id:
            return f"answered online with another encoder, {action.encoder_id}"
        if action.bank_id != self._policy.bank.bank_id:
            return f"answered online by another bank, {action.bank_id} (version {action.bank_version})"
        if decision is not None and action.settings != decision.config:
            return "answered online with other settings"
        return "" if decision is not None else "no replayed answer"

    def _remember(
        self, action: RecordedAction | None, decision: PolicyDecision | None, agreement: Agreement | None
    ) -> None:
        """Carry the gripper's state to the next image.

        Where both answers can be compared, the recorded state goes on: one lost or different answer is then one
        difference, not one at every later image.
        """
        if agreement is not None and action is not None:
            self._state = action.gripper
        elif decision is not None and (action is not None or not self._actions):
            self._state = decision.gripper


def _difference(one: FloatArray, other: FloatArray) -> float | None:
    if one.shape != other.shape:
        return None
    difference = float(np.abs(one - other).max())
    return difference if np.isfinite(difference) else None


def _check_embeddings(session: Session, bundle: Bundle, options: ReplayOptions) -> None:
    if options.embeddings == "images":
        return
    if not session.embeddings:
        raise InvalidInput(f"{session.path}: holds no embeddings; replay it with --embeddings images")
    found = {item.encoder_id for item in session.embeddings}
    if bundle.manifest.encoder_id not in found:
        raise InvalidInput(
            f"{session.path}: its embeddings are of encoder {', '.join(sorted(found))}, the bundle's is "
            f"{bundle.manifest.encoder_id}; replay it with --embeddings images"
        )
