"""Whatever happens in whatever order, the deaths of the process included: no trial is lost and none counts twice."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from vinn_ros.trial_node.core import EpisodeEnd, TrialMachine
from vinn_ros.trial_node.directory import TrialDirectory, Tried
from vinn_ros.trial_node.log import CUT_SHORT
from vinn_training.exceptions import InvalidInput

ENDINGS = ("succeeded", "aborted", "canceled", "refused", "lost")


class Trials(RuleBasedStateMachine):
    """The state machine and the disk, as the node ties them together, beside a count of our own."""

    def __init__(self):
        super().__init__()
        self.scratch = tempfile.TemporaryDirectory()
        self.now_s = 0.0
        self.judge = "operator"
        self.begun = 0
        self.ends = []
        self.come_up()

    def teardown(self):
        self.directory.close()
        self.scratch.cleanup()

    def come_up(self):
        self.directory = TrialDirectory(Path(self.scratch.name), Tried("vinn", "", self.judge, "robot", "wide"), 10)
        self.machine = TrialMachine(self.judge, verdict_timeout_s=60.0)

    def take(self, record):
        if record is not None:
            self.directory.end(record)
            self.ends.append(record.state)

    @rule()
    def start(self):
        if self.machine.phase != "idle":
            return
        record = self.directory.plan("white", "bank", "encoder")
        self.directory.begin(record)
        self.machine.begin(record, self.now_s)
        self.begun += 1

    @rule(success=st.booleans())
    def verdict(self, success):
        if self.machine.phase == "idle" or self.judge == "simulator":
            try:
                self.machine.verdict(success, self.now_s)
            except InvalidInput:
                return
            raise AssertionError("a verdict on nothing")
        self.take(self.machine.verdict(success, self.now_s))

    @precondition(lambda self: self.machine.phase != "idle")
    @rule()
    def abort(self):
        self.take(self.machine.abort("enough", self.now_s))

    @rule(ending=st.sampled_from(ENDINGS), steps=st.integers(0, 5), holds=st.booleans())
    def episode_ends(self, ending, steps, holds):
        reason = "the robot was held for 10 s: policy holds: far" if holds else "something"
        self.take(self.machine.episode_ended(EpisodeEnd(ending, reason, steps), self.now_s))

    @rule(angle_deg=st.floats(allow_nan=True, allow_infinity=True), grasped=st.booleans())
    def truth(self, angle_deg, grasped):
        self.take(self.machine.saw(angle_deg, grasped, "kitchen", self.now_s))

    @precondition(lambda self: self.machine.phase != "idle")
    @rule(grasped=st.booleans())
    def handle(self, grasped):
        self.machine.grasped(grasped)

    @rule(elapsed_s=st.floats(-100.0, 200.0))
    def time(self, elapsed_s):
        self.now_s += elapsed_s
        self.take(self.machine.tick(self.now_s))

    @rule(judge=st.sampled_from(("operator", "simulator")))
    def die_and_come_back(self, judge):
        was_under_way = self.machine.phase != "idle"
        self.directory.close()  # as the kernel does
        self.judge = judge
        self.come_up()
        assert len(self.directory.recovered) == was_under_way
        for record in self.directory.recovered:
            assert (record.state, record.reason) == ("aborted", CUT_SHORT)
            self.ends.append("aborted")

    @invariant()
    def every_trial_is_counted_once(self):
        is_under_way = self.machine.phase != "idle"
        assert self.begun == len(self.ends) + is_under_way
        path = Path(self.scratch.name) / "white" / "trials.json"
        counted = [state for state in self.ends if state != "refused"]
        if not counted:
            return
        summary = json.loads(path.read_text())
        judged = [state for state in counted if state != "aborted"]
        assert len(summary["trials"]) == len(judged) == summary["door_opened"]["n"]
        assert summary["door_opened"]["k"] == judged.count("succeeded")
        assert summary["aborted"] == counted.count("aborted")
        # The seeds of trials with a verdict follow each other, so that two policies meet the same starts.
        assert [trial["seed"] for trial in summary["trials"]] == list(range(10, 10 + len(judged)))


TestTrials = Trials.TestCase
TestTrials.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
