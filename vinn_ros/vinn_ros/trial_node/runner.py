"""Runs trials: what the state machine decides is done to bridge, recorder, guard and disk."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

from rclpy.node import Node

from vinn_msgs.action import RunEpisode
from vinn_msgs.msg import PolicyAction, TaskState
from vinn_ros.parameters import Values
from vinn_ros.run_episode.client import EpisodeOutcome
from vinn_ros.stretch_bridge.start_pose import draw_offset_m
from vinn_ros.trial_node.bridge_episode import BridgeEpisode
from vinn_ros.trial_node.core import EpisodeEnd, TrialMachine
from vinn_ros.trial_node.directory import TrialDirectory, Tried
from vinn_ros.trial_node.guard_process import GuardProcess
from vinn_ros.trial_node.policy_watch import Identity, PolicyWatch
from vinn_ros.trial_node.record import TrialRecord
from vinn_ros.trial_node.recording import TrialRecording
from vinn_ros.trial_node.simulated_task import SimulatedTask
from vinn_training.exceptions import InvalidInput

#: A disk that refused a trial's end is asked again this often.
_RETRY_S = 1.0
#: Offsets that differ by less are equal.
_SAME_M = 1e-6


class TrialRunner:
    """One for each time that the node is active.

    Args:
        node: The trial node.
        values: Its parameters.

    Raises:
        InvalidInput: If the directory cannot be used.
    """

    def __init__(self, node: Node, values: Values) -> None:
        self._node, self._values = node, values
        is_simulated = values["judge"] == "simulator"
        root = Path(values["output"]).expanduser().absolute()
        self._directory = TrialDirectory(root, _tried(values), values["seed"])
        self._machine = TrialMachine(values["judge"], values["door_open_deg"])
        self._task = (
            SimulatedTask(node, values["simulator"], values["bridge"], values["cabinets"]) if is_simulated else None
        )
        self._episode = BridgeEpisode(node, values["bridge"])
        self._recording = TrialRecording(node, self._directory.bags, values["images"]) if values["record"] else None
        self._guard = GuardProcess(values["bridge"], node.get_namespace())
        self._is_starting, self._is_given_up = False, False
        self._retry_s = 0.0
        self._policy = PolicyWatch()
        for record in self._directory.recovered:
            self._warn(f"trial {record.number} of {record.condition} counts as aborted: {record.reason}")
        # The bridge may still be at the episode that an earlier process began.
        self._owes_stop = bool(self._directory.recovered)
        self.last = self._directory.recovered[-1] if self._directory.recovered else None

    @property
    def shown(self) -> TrialRecord | None:
        """The trial under way, or else the last one."""
        return self._machine.record or self.last

    async def start(self, condition: str, values: Values) -> TrialRecord:
        """Start a trial and return it as it begins.

        Args:
            condition: Cabinet and what was done to it.
            values: The parameters in force.

        Raises:
            InvalidInput: If it cannot begin, with what to do.
        """
        self._check_free()
        self._is_starting, self._is_given_up = True, False
        try:
            record = self._directory.plan(condition, *self._check_ready())
            record = await self._prepared(record, values)
            self._begin(record, values)
            await self._episode.begun()
        except InvalidInput as error:
            if self._machine.record is not None:  # the bridge does not answer; it may yet begin
                self._end(self._machine.abort(str(error), time.monotonic()))
            elif self._recording is not None:
                self._recording.end()
            raise
        finally:
            self._is_starting = False
        self._check_begun(record)
        return record

    def verdict(self, has_succeeded: bool) -> TrialRecord:
        """End the trial with the operator's verdict; the robot stops.

        Raises:
            InvalidInput: If there is no trial.
        """
        self._machine.stepped(self._episode.steps)
        return self._end(self._machine.verdict(has_succeeded, time.monotonic()))

    def abort(self, reason: str) -> TrialRecord | None:
        """Stop the robot and end the trial without a verdict; return None where it was only being prepared.

        Raises:
            InvalidInput: If there is no trial; the robot is told to stop all the same.
        """
        self._episode.stop()  # before anything that could fail
        if self._is_starting and self._machine.record is None:
            self._is_given_up = True
            return None
        if self._machine.record is None:
            raise InvalidInput("no trial is under way; the robot is told to stop all the same")
        self._machine.stepped(self._episode.steps)
        return self._end(self._machine.abort(reason, time.monotonic()))

    def grasped(self, has_grasped: bool) -> TrialRecord:
        """Take the operator's word on the handle.

        Raises:
            InvalidInput: If there is no trial.
        """
        return self._machine.grasped(has_grasped)

    def acted(self, action: PolicyAction) -> None:
        """Take an action of the policy: it says which bank and encoder are tried."""
        now_s = time.monotonic()
        self._policy.heard(Identity(action.bank_id, action.encoder_id), now_s)
        record = self._machine.record
        if record is None or self._machine.phase != "running":
            return
        if (record.bank_id, record.encoder_id) != (action.bank_id, action.encoder_id):
            reason = f"the policy answers with bank '{action.bank_id}', and began with '{record.bank_id}'"
            self._end(self._machine.abort(reason, now_s))

    def saw(self, state: TaskState) -> None:
        """Take the simulator's ground truth."""
        if self._task is not None:
            truth = self._task.take(state)
            ended = self._machine.saw(truth.door_angle_deg, truth.handle_grasped, truth.scene, time.monotonic())
            if ended is not None:
                self._end(ended)

    def tick(self, values: Values) -> None:
        """Let time pass; call some twenty times a second."""
        now_s = time.monotonic()
        self._machine.verdict_timeout_s = values["verdict_timeout_s"]
        self._watch_children()
        if self._owes_stop and self._episode.is_offered:
            self._owes_stop = False
            self._episode.stop()
        self._machine.stepped(self._episode.steps)
        outcome = self._episode.poll()
        ended = None
        if outcome is not None:
            if outcome.ending == "lost":
                self._episode.stop()  # it may only be out of earshot
            else:
                self._guard.episode_is_over()
            self._check_offset(outcome)
            ended = self._machine.episode_ended(EpisodeEnd(outcome.ending, outcome.reason, outcome.steps), now_s)
        ended = ended or self._machine.tick(now_s)
        if ended is not None:
            self._end(ended)
        unsaved = self._directory.unsaved
        if unsaved is not None and now_s >= self._retry_s:
            self._save(unsaved)

    def close(self) -> None:
        """End what is under way, robot first, and free everything."""
        if self._machine.record is not None or self._is_starting:
            self.abort("the trial node was deactivated")
        if self._recording is not None:
            self._recording.close()
        self._guard.close()
        self._episode.close()
        if self._task is not None:
            self._task.close()
        self._directory.close()

    async def _prepared(self, record: TrialRecord, values: Values) -> TrialRecord:
        """Return the record when scene and recording are ready."""
        if self._task is None:
            record = replace(record, start_offset_m=draw_offset_m(values["lateral_offset_range_m"], record.seed))
        else:
            record = await self._task.show(record)
            self._check_given_up()
        if self._recording is not None:
            bag = await self._recording.begin()
            record = replace(record, bag=os.path.relpath(bag, self._directory.root / record.condition))
            self._check_given_up()
        return record

    def _check_given_up(self) -> None:
        if self._is_given_up:
            raise InvalidInput("given up before the robot moved")

    def _begin(self, record: TrialRecord, values: Values) -> None:
        self._directory.begin(record)
        self._machine.begin(record, time.monotonic())
        self._guard.episode_begins()
        is_simulated = self._task is not None  # its scene has placed the robot
        self._episode.ask(
            RunEpisode.Goal(
                go_to_start_pose=not is_simulated,
                lateral_offset_range_m=0.0 if is_simulated else values["lateral_offset_range_m"],
                seed=record.seed,
                max_steps=values["max_steps"],
                max_time_s=values["max_time_s"],
            )
        )

    def _check_begun(self, record: TrialRecord) -> None:
        """Tell where the trial ended before the bridge had begun it."""
        last = self.last
        if self._machine.record is not None or last is None or last.started != record.started:
            return
        if last.state == "refused":
            raise InvalidInput(f"the bridge refuses: {last.reason}")
        if last.state == "aborted":
            raise InvalidInput(f"trial {last.number} counts as aborted: {last.reason}")

    def _check_free(self) -> None:
        if self._is_starting:
            raise InvalidInput("a trial is being started")
        record = self._machine.record
        if record is not None:
            raise InvalidInput(f"trial {record.number} is under way; end it by ~/success, ~/failure or ~/abort")
        unsaved = self._directory.unsaved
        if unsaved is not None:
            raise InvalidInput(f"the end of trial {unsaved.number} is not on disk yet; is the disk full?")
        if self._episode.is_under_way:
            raise InvalidInput("the bridge has not ended the last episode yet; try again in a moment")

    def _check_ready(self) -> Identity:
        """Return who answers, where all that a trial needs is there."""
        bridge = self._values["bridge"]
        if not self._episode.is_offered:
            raise InvalidInput(f"no bridge offers {bridge}/run_episode; is it running, in this ROS_DOMAIN_ID?")
        if not self._guard.is_ready:
            raise InvalidInput(f"the guard has not found {bridge}/stop yet; try again in a moment")
        if self._recording is not None and not self._recording.is_ready:
            raise InvalidInput("the recorder is still starting; try again in a moment (its output says if it cannot)")
        return self._policy.current(time.monotonic())

    def _end(self, record: TrialRecord) -> TrialRecord:
        if record.is_judged:
            self._episode.finish()
        elif self._episode.is_under_way:
            self._episode.stop()
        if self._recording is not None:
            self._recording.end()
        self.last = record
        self._save(record)
        self._node.get_logger().info(f"trial {record.number} of {record.condition} {record.state}: {record.reason}")
        return record

    def _save(self, record: TrialRecord) -> None:
        try:
            self._directory.end(record)
        except InvalidInput as error:
            self._retry_s = time.monotonic() + _RETRY_S
            self._node.get_logger().error(f"trial {record.number} is not on disk: {error}", throttle_duration_sec=10.0)

    def _check_offset(self, outcome: EpisodeOutcome) -> None:
        """Note where the bridge drew another offset than we said at the start."""
        record = self._machine.record
        if record is None or self._task is not None or outcome.ending in ("lost", "refused"):
            return
        if abs(outcome.start_offset_m - record.start_offset_m) > _SAME_M and outcome.start_offset_m != 0.0:
            self._machine.noted(f"the bridge says that the start offset was {outcome.start_offset_m:+.4f} m")

    def _watch_children(self) -> None:
        if self._guard.poll():
            self._warn("the guard died and is started again")
        if self._recording is not None and self._recording.poll():
            self._warn("the recorder died in the middle of the trial and is started again; the bag is cut short")
            self._machine.noted("the recorder died, the bag is cut short")

    def _warn(self, text: str) -> None:
        self._node.get_logger().warning(text)


def _tried(values: Values) -> Tried:
    if values["judge"] == "simulator":  # the scenes of `vinn trials`, in its words
        return Tried(values["policy"], values["bundle"], values["judge"], values["cabinets"], "wide")
    starts = f"within {values['lateral_offset_range_m']:g} m to either side"
    return Tried(values["policy"], values["bundle"], values["judge"], "robot", starts)
