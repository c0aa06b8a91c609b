"""From an embedding to an action, without ROS: checks what arrives, asks the policy, keeps count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vinn_ros.silence import silence
from vinn_training.contracts import FloatArray
from vinn_training.exceptions import InvalidInput, VinnError
from vinn_training.policy.vinn_policy import PolicyConfig, PolicyDecision, VinnPolicy


@dataclass
class EmbeddingCounts:
    """What became of the embeddings.

    Attributes:
        received: Embeddings taken from the topic.
        answered: Embeddings answered with an action.
        held: Answered ones on which the robot must hold.
        rejected: Embeddings that could not be used.
        last_problem: Why the last rejected or held one was.
    """

    received: int = 0
    answered: int = 0
    held: int = 0
    rejected: int = 0
    last_problem: str = ""


def input_problem(counts: EmbeddingCounts, topic: str, silent_s: float) -> str | None:
    """Return what is wrong with the embeddings that come or do not come, None if nothing is.

    Args:
        counts: So far.
        topic: On which the embeddings should come.
        silent_s: Time since the last one; before the first, since the node became active.
    """
    problems = []
    if counts.rejected or counts.held:
        problems.append(f"rejected or held, the last: {counts.last_problem}")
    silent = silence("embedding", topic, counts.received, silent_s)
    if silent is not None:
        problems.append(silent)
    return "; ".join(problems) or None


class PolicyCore:
    """Answers embeddings of the one encoder that made the bank.

    Args:
        policy: The neighbour regression with its bank.
        encoder_id: Fingerprint of the encoder that made the bank.
        embedding_size: Length of its embeddings.
    """

    def __init__(self, policy: VinnPolicy, encoder_id: str, embedding_size: int) -> None:
        self._policy = policy
        self._encoder_id = encoder_id
        self._size = embedding_size
        self.counts = EmbeddingCounts()

    def reconfigure(self, config: PolicyConfig) -> None:
        """Use another configuration from the next embedding on."""
        self._policy.config = config

    def answer(self, embedding: FloatArray, encoder_id: str) -> PolicyDecision:
        """Return what to do on a (D,) float32 embedding.

        Raises:
            InvalidInput: If it was made by another encoder, has another length or is not finite.
        """
        self.counts.received += 1
        try:
            self._check(embedding, encoder_id)
            decision = self._policy.decide(embedding)
        except VinnError as error:
            self.counts.rejected += 1
            self.counts.last_problem = str(error)
            raise
        self.counts.answered += 1
        if decision.hold:
            self.counts.held += 1
            self.counts.last_problem = decision.hold_reason
        return decision

    def _check(self, embedding: FloatArray, encoder_id: str) -> None:
        if encoder_id != self._encoder_id:
            raise InvalidInput(
                f"embedding was made by encoder '{encoder_id}', the bank by '{self._encoder_id}'; "
                "start perception and policy with the same bundle"
            )
        if embedding.shape != (self._size,):
            raise InvalidInput(f"embedding has {embedding.size} numbers; expected {self._size}")
        if not np.isfinite(embedding).all():
            bad = int(np.count_nonzero(~np.isfinite(embedding)))
            raise InvalidInput(f"embedding holds {bad} numbers that are NaN or infinite; expected finite ones")
