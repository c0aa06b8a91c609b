import pytest
from fake_robot import FakeRobot
from test_episode_plan import SETTINGS

from vinn_ros.stretch_bridge.core import BridgeConfig
from vinn_ros.stretch_bridge.episode_plan import EpisodeRequest
from vinn_ros.stretch_bridge.episodes import Episodes
from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics import joints


class Bridge:
    """Episodes over a pretended robot."""

    def __init__(self):
        self.robot = FakeRobot()
        self.stops = []
        self.episodes = Episodes(lambda: SETTINGS, self.stops.append)
        self.now_s = 0.0

    def begin(self, **request):
        request = EpisodeRequest(**{"go_to_start_pose": False, **request})
        self.episodes.begin(self.episodes.plan(request, self.robot), self.robot, self.now_s)
        return self

    def tick(self, times=1):
        for _ in range(times):
            self.now_s += 0.02
            self.episodes.tick(self.robot, self.now_s)
        return self

    def do(self, name):
        return getattr(self.episodes, name)(self.robot, self.now_s)


@pytest.fixture
def bridge():
    return Bridge()


def test_one_at_a_time(bridge):
    bridge.begin().tick()
    with pytest.raises(InvalidInput, match="an episode: held, 0 steps is under way"):
        bridge.episodes.plan(EpisodeRequest(), bridge.robot)
    with pytest.raises(InvalidInput, match="under way"):
        bridge.episodes.begin_start(bridge.robot, bridge.now_s)
    assert not bridge.episodes.set_start_place(bridge.robot).success
    bridge.do("stop")
    assert bridge.episodes.take_ended().end.outcome == "aborted"
    bridge.episodes.begin_start(bridge.robot, bridge.now_s)
    with pytest.raises(InvalidInput, match="a motion to the start pose is under way"):
        bridge.episodes.plan(EpisodeRequest(), bridge.robot)


def test_nothing_begins_while_a_person_keeps_the_robot_paused(bridge):
    bridge.robot.pause("by ~/pause", 0.0)
    with pytest.raises(InvalidInput, match="~/resume"):
        bridge.episodes.plan(EpisodeRequest(), bridge.robot)


def test_an_episode_that_is_over_is_told_once(bridge):
    bridge.begin(max_steps=1)
    bridge.robot.state = "moving"
    bridge.episodes.acted(bridge.robot, has_moved=True)
    bridge.tick()
    assert bridge.episodes.take_ended() is None
    bridge.robot.state = "ready"
    bridge.tick()
    ended = bridge.episodes.take_ended()
    assert (ended.steps, ended.end.outcome) == (1, "succeeded")
    assert bridge.episodes.take_ended() is None
    assert bridge.episodes.description == "none"
    assert [stop.reason for stop in bridge.stops] == ["the episode is over: 1 of 1 steps are made"]


@pytest.mark.parametrize(("mode", "steps"), [("step", 1), ("continuous", 3)])
def test_a_step_is_a_motion_and_in_continuous_mode_an_action_that_is_followed(bridge, mode, steps):
    bridge.robot.config = BridgeConfig(mode=mode)
    bridge.begin()
    bridge.episodes.acted(bridge.robot, has_moved=False)  # held: not followed
    bridge.robot.state = "moving"
    bridge.episodes.acted(bridge.robot, has_moved=True)
    bridge.episodes.acted(bridge.robot, has_moved=False)
    bridge.episodes.acted(bridge.robot, has_moved=False)
    assert bridge.episodes.episode.steps == steps


def test_the_start_pose_by_itself_leaves_motion_as_it_was(bridge):
    for state in ("disabled", "holding"):
        bridge.robot.state = state
        bridge.episodes.begin_start(bridge.robot, bridge.now_s)
        bridge.tick()
        assert bridge.robot.poses[-1] == {joints.LIFT: 0.6, joints.WRIST_YAW: 0.0}  # without an offset
        assert bridge.episodes.take_start_answer() is None
        bridge.robot.pose_state = "reached"
        bridge.tick()
        assert bridge.episodes.take_start_answer() == (True, "the robot is in the start pose")
        assert bridge.robot.state == state


def test_a_start_pose_that_is_not_reached_says_why(bridge):
    bridge.robot.refusal = "joint_lift 2.0 is above its limit"
    bridge.episodes.begin_start(bridge.robot, bridge.now_s)
    bridge.tick()
    answer = bridge.episodes.take_start_answer()
    assert not answer.success
    assert "joint_lift 2.0" in answer.message
    assert bridge.robot.state == "disabled"


def test_pause_and_resume_say_what_happened(bridge):
    for name in ("pause", "resume"):
        answer = bridge.do(name)
        assert not answer.success
        assert "not enabled" in answer.message
    bridge.begin()
    bridge.robot.state = "moving"
    assert "nothing to resume: the robot is moving" in bridge.do("resume").message
    assert bridge.do("pause") == (True, "paused; ~/resume lets it go on")
    assert (bridge.robot.state, len(bridge.stops)) == ("paused", 1)
    assert "already" in bridge.do("pause").message
    assert len(bridge.stops) == 1
    assert bridge.do("resume").success
    assert bridge.robot.state == "holding"
    # A stop that waits for a person: the same service lets it go on.
    bridge.robot.reason = "the robot is runstopped; enable the bridge again to go on"
    assert "the robot is runstopped" in bridge.do("resume").message


def test_stop_ends_whatever_is_under_way(bridge):
    assert bridge.do("stop") == (True, "motion was disabled already")
    bridge.robot.state = "moving"
    assert bridge.do("stop") == (True, "stopped; motion is disabled")
    bridge.begin().tick()
    assert "stopped an episode" in bridge.do("stop").message
    assert bridge.episodes.take_ended().end.reason == "stopped by ~/stop"
    bridge.episodes.begin_start(bridge.robot, bridge.now_s)
    assert "stopped a motion to the start pose" in bridge.do("stop").message
    assert bridge.episodes.take_start_answer() == (False, "stopped by ~/stop")
    assert bridge.robot.state == "disabled"
    bridge.tick(3)
    assert bridge.robot.poses == []


def test_whoever_watches_the_task_may_end_the_episode(bridge):
    assert not bridge.episodes.end_episode(0.0).success
    bridge.begin().tick()
    assert bridge.episodes.end_episode(bridge.now_s).success
    assert not bridge.episodes.end_episode(bridge.now_s).success
    end = bridge.episodes.take_ended().end
    assert (end.outcome, end.reason) == ("succeeded", "the task is over, says ~/end_episode")


def test_a_bridge_that_is_configured_anew_forgets_the_place(bridge):
    bridge.robot.base_position_m = 5.0
    bridge.episodes.plan(EpisodeRequest(), bridge.robot)
    bridge.robot.base_position_m = 6.0
    with pytest.raises(InvalidInput, match="set_start_place"):
        bridge.episodes.plan(EpisodeRequest(), bridge.robot)
    assert bridge.episodes.set_start_place(bridge.robot).success
    bridge.episodes.plan(EpisodeRequest(), bridge.robot)
    bridge.robot = FakeRobot()
    bridge.episodes.plan(EpisodeRequest(), bridge.robot)
