"""The kinds of fault that a trial can inject, how each is drawn, and what must follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from vinn_ros.stretch_standin.faults import STUCK_JOINTS, UNKNOWN_TOOL

Expectation = Literal["stop", "endure"]
#: What was the last good input: published by the stand-in, sent by the policy, or the moment of the fault itself.
Input = Literal["image", "action", "joint_states", "odometry", "status", "fault"]
PolicyFault = Literal["none", "silent", "nan", "too_long", "hold", "wrong_frame", "old_image"]
Draw = Callable[[np.random.Generator], Mapping[str, Any]]


@dataclass(frozen=True)
class TrialKind:
    """One kind of fault.

    Attributes:
        name: Its name.
        draw: Draws the faults of the stand-in.
        input: From which moment the stop is timed: the last good one of these.
        expects: stop: motion must end in time, and nothing may be commanded until resumed. endure: the fault cannot
            be seen in one message; no node may die, and motion must go on when it is over.
        policy: Fault of the policy, which the trial plays.
    """

    name: str
    draw: Draw
    input: Input
    expects: Expectation = "stop"
    policy: PolicyFault = "none"


def _always(**faults: Any) -> Draw:
    return lambda rng: faults


def _between(name: str, low: float, high: float, **faults: Any) -> Draw:
    return lambda rng: {name: float(rng.uniform(low, high)), **faults}


def _one_of(name: str, values: tuple[str, ...]) -> Draw:
    return lambda rng: {name: values[int(rng.integers(len(values)))]}


def _nothing(rng: np.random.Generator) -> Mapping[str, Any]:
    return {}


_KINDS = (
    TrialKind("images stopped", _always(image="stopped"), "image"),
    TrialKind("images black", _always(image="black"), "image"),
    TrialKind("image frozen with its stamp", _always(image="frozen_with_its_stamp"), "image"),
    TrialKind("image frozen under new stamps", _always(image="frozen"), "image"),
    TrialKind("image latency", _between("image_latency_s", 0.3, 1.0), "image"),
    TrialKind("images dropped", _between("image_drop_fraction", 0.9, 1.0), "image"),
    TrialKind("clock jumped forward", _between("stamp_offset_s", 0.5, 100.0), "image"),
    TrialKind("clock jumped backward", _between("stamp_offset_s", -100.0, -0.5), "image"),
    TrialKind("images stopped, services refused", _always(image="stopped", services_refused=True), "image"),
    TrialKind("images stopped, services late", _between("service_latency_s", 0.5, 2.0, image="stopped"), "image"),
    TrialKind("policy silent", _nothing, "action", policy="silent"),
    TrialKind("policy sends NaN", _nothing, "action", policy="nan"),
    TrialKind("policy sends a huge action", _nothing, "action", policy="too_long"),
    TrialKind("policy holds", _nothing, "action", policy="hold"),
    TrialKind("policy in another frame", _nothing, "action", policy="wrong_frame"),
    TrialKind("policy repeats an old image", _nothing, "action", policy="old_image"),
    TrialKind("joint states stopped", _always(joint_states="stopped"), "joint_states"),
    TrialKind("joint states NaN", _always(joint_states="nan"), "joint_states"),
    TrialKind("joint states dropped", _between("joint_state_drop_fraction", 0.97, 1.0), "joint_states"),
    TrialKind("odometry stopped", _always(odometry="stopped"), "odometry"),
    TrialKind("odometry NaN", _always(odometry="nan"), "odometry"),
    TrialKind("status stopped", _always(status_stopped=True), "status"),
    TrialKind("runstop", _always(runstopped=True), "fault"),
    TrialKind("lost homing", _always(unhomed=True), "fault"),
    TrialKind("mode changed by others", _one_of("mode", ("navigation", "trajectory")), "fault"),
    TrialKind("wrong tool", _one_of("tool", ("tool_none", "tool_stretch_gripper", UNKNOWN_TOOL)), "fault"),
    TrialKind("joint states frozen", _always(joint_states="frozen"), "fault", "endure"),
    TrialKind("odometry frozen", _always(odometry="frozen"), "fault", "endure"),
    TrialKind("commands refused", _always(commands_refused=True), "fault", "endure"),
    TrialKind("slow joints", _between("speed_factor", 0.01, 0.05), "fault", "endure"),
    TrialKind("stuck joint", _one_of("stuck_joint", STUCK_JOINTS[1:]), "fault", "endure"),
)

KINDS: Mapping[str, TrialKind] = {kind.name: kind for kind in _KINDS}
