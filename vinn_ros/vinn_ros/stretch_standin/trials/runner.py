"""Runs trials: a moving robot, a fault, a wait, and the resumption; each recorded and judged."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from vinn_ros.stretch_standin.trials.client import TrialClient
from vinn_ros.stretch_standin.trials.kinds import KINDS, PolicyFault, TrialKind
from vinn_ros.stretch_standin.trials.played_policy import PlayedPolicy
from vinn_ros.stretch_standin.trials.processes import NodeProcesses
from vinn_ros.stretch_standin.trials.verdict import TrialRecord, Verdict, judge
from vinn_training.exceptions import InvalidInput, SimulationError

#: Slow enough that a step of 8 cm lasts 2.7 s: nearly every fault meets a moving robot.
_SPEED_FACTOR = 0.15
_STEP_LENGTH_M = 0.08
_BASELINE = {"speed_factor": _SPEED_FACTOR}
_START_S = 30.0
Mode = Literal["step", "continuous"]
_RECOVERY_S = 15.0
#: A loaded machine may stop the bridge before the fault; it is then enabled again, this often.
_ATTEMPTS = 10


@dataclass(frozen=True)
class Deadlines:
    """The bridge's deadlines under test; shorter than the limit by what a stop takes to arrive.

    Attributes:
        max_image_age_s: Of the newest action's image.
        max_action_age_s: Of the newest action.
        max_joint_state_age_s: Of joint states and odometry.
        max_status_age_s: Of the driver's mode, which comes at 15 Hz: two periods and a little.
    """

    max_image_age_s: float = 0.12
    max_action_age_s: float = 0.12
    max_joint_state_age_s: float = 0.12
    max_status_age_s: float = 0.14


@dataclass(frozen=True)
class RunnerConfig:
    """How trials are run.

    Attributes:
        seed: Draws kinds, faults, moments and directions.
        limit_s: A stop may take this long from the last good input.
        observe_s: How long a fault lasts.
        deadlines: Of the bridge.
        image_rate_hz: Of the stand-in's camera.
        mode: Of the bridge: step waits for each motion's end, continuous takes a new target at each image.
        bundle: Run perception and policy with this bundle as processes too; without one, the trial plays them.
    """

    seed: int = 0
    limit_s: float = 0.2
    observe_s: float = 1.2
    deadlines: Deadlines = field(default_factory=Deadlines)
    image_rate_hz: float = 30.0
    mode: Mode = "step"
    bundle: Path | None = None

    def __post_init__(self) -> None:
        for name, value in {**vars(self.deadlines), "limit_s": self.limit_s, "observe_s": self.observe_s}.items():
            if not (math.isfinite(value) and value > 0.0):
                raise InvalidInput(f"{name} is {value}; expected a positive number of seconds")
        if self.bundle is not None and not self.bundle.is_dir():
            raise InvalidInput(f"bundle '{self.bundle}' is no directory; expected one made by `vinn bank`")


class TrialRunner:
    """Starts the bridge and the stand-in as processes, and plays the policy where no bundle is given.

    Args:
        config: How.
        directory: For the nodes' output.
        stop_requested: Set by Ctrl-C.
    """

    def __init__(self, config: RunnerConfig, directory: Path, stop_requested: threading.Event) -> None:
        self._config = config
        self._stop_requested = stop_requested
        self._processes = NodeProcesses(directory)
        self._client = TrialClient(self._check)
        self._policy = PlayedPolicy(self._client.node) if config.bundle is None else None
        #: Stops that no fault of a trial explains: deadlines that this machine could not keep.
        self.unexplained_stops = 0

    def __enter__(self) -> TrialRunner:
        self._client.refuse_company()
        standin = {"image_rate_hz": self._config.image_rate_hz, "state_rate_hz": 100.0, "seed": self._config.seed}
        bridge = {
            "mode": self._config.mode,
            "step_length_m": _STEP_LENGTH_M,
            "auto_resume": False,
            **vars(self._config.deadlines),
        }
        self._processes.start("stretch_standin", standin)
        self._processes.start("stretch_bridge", bridge)
        if self._config.bundle is not None:
            bundle = {"bundle": str(self._config.bundle.resolve())}
            self._processes.start("perception", bundle)
            # The stand-in's wall is unfamiliar to any bundle, and nothing must hold for that.
            self._processes.start("policy", {**bundle, "hold_distance_quantile": 1.0})
        return self

    def __exit__(self, *_: object) -> None:
        self._processes.close()
        self._client.__exit__()

    def run(self, kinds: list[TrialKind]) -> Iterator[Verdict]:
        """Run one trial of each of the kinds, in this order.

        Raises:
            SimulationError: If a node died, or the robot cannot be brought to move.
        """
        self._client.wait_until_active()
        self._check_mode()
        for index, kind in enumerate(kinds):
            for _ in range(_ATTEMPTS):
                record = self._trial(kind, np.random.default_rng((self._config.seed, index)))
                if not any(command.stopped and command.time_s < record.injected_s for command in record.commands):
                    break
                self.unexplained_stops += 1  # between the last look and the fault
            yield judge(record, self._config.limit_s, self._config.deadlines.max_image_age_s)

    def _check_mode(self) -> None:
        """Make sure that the bridge runs in the mode whose stops are to be measured."""
        mode = self._client.bridge_parameter("mode")
        if mode != self._config.mode:
            raise SimulationError(f"the bridge's mode is {mode!r}; expected '{self._config.mode}'")

    def _trial(self, kind: TrialKind, rng: np.random.Generator) -> TrialRecord:
        client = self._client
        self._place(rng)
        delay_s, faults = float(rng.uniform(0.1, 0.7)), kind.draw(rng)
        self._bring_to_move(delay_s)
        first = len(client.commands)
        self._set_policy_fault(kind.policy)
        injected_s = time.monotonic()
        if faults:
            client.set_faults({**_BASELINE, **faults})
        client.spin_for(self._config.observe_s)
        cleared_s = time.monotonic()
        client.standin("clear_faults")
        client.set_faults(_BASELINE)
        self._set_policy_fault("none")
        client.spin_for(0.4)  # all is well again, and yet nothing may be commanded
        journal = client.journal()
        commands, actions_s = client.commands[first:], list(self._policy.sent_s) if self._policy else []
        if faults:
            injected_s = next(event["time_s"] for event in journal["events"] if event["kind"] == "fault")
        recovery_s = self._resume()
        dead = self._processes.dead()
        return TrialRecord(kind, faults, injected_s, cleared_s, journal, commands, actions_s, recovery_s, dead)

    def _place(self, rng: np.random.Generator) -> None:
        """Put a healthy robot at its start, at rest."""
        self._set_policy_fault("none")
        if self._policy is not None:
            self._policy.sent_s.clear()
            self._policy.direction = _direction(rng)
        self._client.enable(False)
        self._client.standin("clear_faults")
        self._client.set_faults(_BASELINE)
        self._client.spin_for(0.1)  # the last stop may still be on its way
        self._client.standin("reset")

    def _set_policy_fault(self, fault: PolicyFault) -> None:
        if self._policy is not None:
            self._policy.fault = fault

    def _bring_to_move(self, delay_s: float) -> None:
        """Enable the bridge and return while the robot moves, `delay_s` into a motion."""
        client = self._client
        for _ in range(_ATTEMPTS):
            since = len(client.commands)
            client.enable(True)
            if not client.wait_for(lambda since=since: self._moves(since) > 0, _START_S):  # type: ignore[misc]
                reason = client.commands[-1].reason if client.commands else "it said nothing"
                raise SimulationError(f"the bridge sent no motion within {_START_S:.0f} s: {reason}")
            client.spin_for(delay_s)
            if not client.commands[-1].stopped:
                return
            self.unexplained_stops += 1
        raise SimulationError(
            f"the bridge stopped {_ATTEMPTS} times before any fault, the last for: {client.commands[-1].reason}; "
            "this machine is too busy for these deadlines"
        )

    def _resume(self) -> float | None:
        """Enable the bridge and return how long it took to move, or None."""
        since, begin_s = len(self._client.commands), time.monotonic()
        while time.monotonic() - begin_s < _RECOVERY_S:
            self._client.enable(True)  # again after a stop for a deadline that a busy machine missed
            if self._client.wait_for(lambda: self._moves(since) > 0, 3.0):
                return time.monotonic() - begin_s
        return None

    def _moves(self, since: int) -> int:
        return sum(not command.stopped for command in self._client.commands[since:])

    def _check(self) -> None:
        if self._stop_requested.is_set():
            raise KeyboardInterrupt
        dead = self._processes.dead()
        if dead:
            raise SimulationError(f"node {dead[0]} died: {self._processes.output(dead[0])[-2000:]}")


def choose_kinds(count: int, seed: int, names: tuple[str, ...] = (), is_played: bool = True) -> list[TrialKind]:
    """Return the kinds of `count` trials: each as often as any other, in an order drawn by the seed.

    Args:
        count: Number of trials.
        seed: Draws the order.
        names: Only these kinds; empty for all.
        is_played: Whether the trial plays the policy; if not, it cannot make faults of the policy.

    Raises:
        InvalidInput: If the count is not positive or a name is unknown.
    """
    if count < 1:
        raise InvalidInput(f"count is {count}; expected at least 1")
    for name in names:
        if name not in KINDS:
            raise InvalidInput(f"unknown kind '{name}'; expected one of: {', '.join(KINDS)}")
        if not is_played and KINDS[name].policy != "none":
            raise InvalidInput(f"'{name}' is a fault of the policy, which the trial does not play with a bundle")
    chosen = [KINDS[name] for name in names] or [k for k in KINDS.values() if is_played or k.policy == "none"]
    rng = np.random.default_rng(seed)
    order: list[TrialKind] = []
    while len(order) < count:
        order += [chosen[index] for index in rng.permutation(len(chosen))]
    return order[:count]


def _direction(rng: np.random.Generator) -> tuple[float, float, float]:
    """Draw a unit direction in the camera's optical frame, forward and to a side: arm, lift and base all move."""
    x, y = rng.uniform(-0.5, 0.5), rng.uniform(-0.4, 0.4)
    z = math.sqrt(1.0 - x * x - y * y)
    return float(x), float(y), z
