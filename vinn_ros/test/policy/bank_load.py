"""A policy under a stream of embeddings while its bank is changed, and the proof of what each action was made of."""

from __future__ import annotations

import gc
import random
import threading
import time
from pathlib import Path

import numpy as np
from std_msgs.msg import Header

from vinn_msgs.msg import BankState, Embedding, PolicyAction
from vinn_msgs.srv import AddDemonstration, RollBackBank, SetDemonstration
from vinn_ros import qos
from vinn_ros.conversions import embedding_to_message, vector_from_message
from vinn_training.bank.bundle import load_bundle
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.encoder.runtime import load_runtime

RATE_HZ = 30.0


class Stream:
    """Embeddings at 30 Hz from a thread of its own, and how long each waited for its action.

    Args:
        world: With the policy running in it.
        encoder_id: Of the bank.
        queries: (N, D) embeddings, sent in turn.
        ahead: The sender waits while so many have no answer. A queue of ten drops what a starved policy does not take.
    """

    def __init__(self, world, encoder_id, queries, ahead=10**6):
        self._ahead = ahead
        self.sent: dict[int, tuple[float, int]] = {}
        self.answers: dict[int, tuple[float, PolicyAction]] = {}
        self.oversleep_s: list[float] = []
        self._queries, self._encoder_id = queries, encoder_id
        self._publisher = world.node.create_publisher(Embedding, "embedding", qos.STREAM)
        world.node.create_subscription(PolicyAction, "action", self._heard, qos.RECORDED_STREAM)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._send)
        world.wait_for(lambda: self._publisher.get_subscription_count() == 1, "the embedding subscription")
        world.wait_for_report("policy", "subscribers", "1")

    def __enter__(self):
        gc.collect()
        gc.disable()  # with torch loaded a full collection takes 0.2 s, in which this process would hear nothing
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()
        gc.enable()

    def waits_ms(self, first=0, last=None):
        """Milliseconds from sending to hearing the answer, infinite where there is none."""
        return np.array([self.wait_ms(stamp) for stamp in sorted(self.sent)[first:last]])

    def wait_ms(self, stamp):
        """The same for one frame."""
        heard = self.answers[stamp][0] if stamp in self.answers else np.inf
        return 1e3 * (heard - self.sent[stamp][0])

    def _heard(self, action):
        self.answers[action.header.stamp.sec] = (time.perf_counter(), action)

    def _send(self):
        due = time.perf_counter()
        number = 0
        while not self._stop.is_set():
            if len(self.sent) - len(self.answers) >= self._ahead:
                time.sleep(0.001)
                continue
            number += 1
            query = (number * 17) % len(self._queries)
            header = Header(frame_id="wrist_camera_optical_frame")
            header.stamp.sec = number
            message = embedding_to_message(self._queries[query], self._encoder_id, header)
            due = max(due + 1.0 / RATE_HZ, time.perf_counter() - 1.0 / RATE_HZ)
            time.sleep(max(0.0, due - time.perf_counter()))
            now = time.perf_counter()
            self.oversleep_s.append(now - due)
            self.sent[number] = (now, query)
            self._publisher.publish(message)


class Surgeon:
    """Asks for changes, drawn at random, and waits for the answer of each.

    Args:
        world: With the policy running in it.
        dataset: Demonstrations to add, none of which is in the bank.
        names: Theirs.
        seed: Of the draw.
    """

    def __init__(self, world, dataset, names, seed=0):
        self._world, self._dataset, self._names = world, str(dataset), names
        self._draw = random.Random(seed)
        self.states: dict[int, BankState] = {}
        #: Kind of every change, when it was asked for, and when it was answered.
        self.log: list[tuple[str, float, float]] = []
        profile = qos.RECORDED_LATCHED
        world.node.create_subscription(BankState, "bank", self._heard, profile)
        world.wait_for(lambda: 0 in self.states, "the loaded bank")

    @property
    def state(self):
        """The newest version."""
        return self.states[max(self.states)]

    def operate(self):
        """Ask for one change; returns when it was made."""
        before = self.state
        kind, service, request = self._choose(before)
        begun = time.perf_counter()
        answer = self._world.call(service, f"/policy/bank/{kind}", request)
        self.log.append((kind, begun, time.perf_counter()))
        assert answer.success, (kind, request, answer.message)
        assert answer.version == before.version + 1, (kind, request, answer.message)
        self._world.wait_for(lambda: answer.version in self.states, "its state")
        assert self.state.bank_id == answer.bank_id

    @property
    def kinds(self):
        """What was asked for."""
        return {kind for kind, _, _ in self.log}

    def at(self, moment):
        """What was under way at a moment of time.perf_counter()."""
        return next((kind for kind, begun, ended in self.log if begun <= moment <= ended), "nothing")

    def _choose(self, state):
        free = [name for name in self._names if name not in state.demonstrations]
        kind = self._draw.choice(("add", "set", "set", "roll_back"))
        earlier = [version for version in state.versions if version != state.version]
        if kind == "roll_back" and earlier:
            return "roll_back", RollBackBank, RollBackBank.Request(version=self._draw.choice(earlier))
        if kind == "add" and free:
            request = AddDemonstration.Request(path=self._dataset, name=self._draw.choice(free))
            return "add_demonstration", AddDemonstration, request
        enabled = dict(zip(state.demonstrations, state.enabled, strict=True))
        used = [name for name, flag in enabled.items() if flag]
        name = self._draw.choice([name for name in enabled if len(used) > 1 or name not in used])
        request = SetDemonstration.Request(name=name, enabled=not enabled[name])
        return "set_demonstration", SetDemonstration, request

    def _heard(self, state):
        self.states[state.version] = state


class Oracle:
    """Recomputes actions from nothing but the state that a version was published with.

    Args:
        bundle: That the policy began with.
        dataset: Demonstrations that were added.
    """

    def __init__(self, bundle: Path, dataset: Path):
        loaded = load_bundle(bundle)
        bank = loaded.bank
        self.encoder_id = bank.encoder_id
        self.rows = {
            name: (bank.embeddings[own], bank.directions[own], bank.gripper[own])
            for index, name in enumerate(bank.demonstration_names)
            for own in [np.flatnonzero(bank.demonstration == index)]
        }
        runtime = load_runtime(loaded, threads=1)
        for item in open_dataset(dataset).demonstrations:
            images = [item.load_image(frame) for frame in range(len(item))]
            self.rows[item.name] = (runtime.encode(images), item.directions, item.gripper)

    def queries(self, seed=0):
        """One embedding near every third frame of everything that can be in the bank."""
        rows = np.concatenate([embeddings[::3] for embeddings, _, _ in self.rows.values()])
        noise = np.random.default_rng(seed).normal(size=rows.shape) * 0.02 * rows.std()
        return (rows + noise).astype(np.float32)

    def check(self, action: PolicyAction, query, state: BankState):
        """Fail unless the action is what neighbour regression says of the enabled rows of this version."""
        assert action.bank_id == state.bank_id
        assert list(state.frames) == [len(self.rows[name][0]) for name in state.demonstrations]
        enabled = [name for name, flag in zip(state.demonstrations, state.enabled, strict=True) if flag]
        rows = np.concatenate([self.rows[name][0] for name in enabled]).astype(np.float64)
        distances = np.sort(np.linalg.norm(rows - query.astype(np.float64), axis=1))[: action.settings.k]
        told = np.array([neighbor.distance for neighbor in action.neighbors])
        np.testing.assert_allclose(told, distances, rtol=1e-3, atol=1e-3)
        weights = np.exp(-(distances - distances[0]) / action.settings.temperature)
        weights /= weights.sum()
        direction, opening = np.zeros(3), 0.0
        for neighbor, weight in zip(action.neighbors, weights, strict=True):
            assert neighbor.demonstration in enabled
            embeddings, directions, gripper = self.rows[neighbor.demonstration]
            own = np.linalg.norm(embeddings[neighbor.frame].astype(np.float64) - query.astype(np.float64))
            assert abs(own - neighbor.distance) <= 1e-3 * max(1.0, own)
            direction += weight * directions[neighbor.frame]
            opening += weight * gripper[neighbor.frame]
        np.testing.assert_allclose(vector_from_message(action.direction), direction, atol=5e-3)
        assert abs(action.gripper_opening - opening) < 5e-3


def check_attribution(stream: Stream, surgeon: Surgeon, oracle: Oracle, queries) -> set[int]:
    """Recompute every action from the version it names; return the versions that made any."""
    last = 0
    seen = set()
    for stamp in sorted(stream.answers):
        action = stream.answers[stamp][1]
        assert action.bank_version >= last, "an older version answered after a newer one"
        last = action.bank_version
        seen.add(last)
        oracle.check(action, queries[stream.sent[stamp][1]], surgeon.states[last])
    return seen
