"""ROS's end of episodes: the action `~/run_episode` and the services beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.callback_groups import CallbackGroup, ReentrantCallbackGroup
from rclpy.lifecycle import LifecycleNode
from rclpy.task import Future
from std_srvs.srv import Trigger

from vinn_msgs.action import RunEpisode
from vinn_msgs.msg import PolicyAction
from vinn_ros.stretch_bridge.core import BridgeCore, Stop
from vinn_ros.stretch_bridge.episode_feedback import FeedbackPublisher
from vinn_ros.stretch_bridge.episode_plan import EpisodePlan, EpisodeRequest
from vinn_ros.stretch_bridge.episode_settings import EpisodeSettings
from vinn_ros.stretch_bridge.episodes import Answer, Episodes
from vinn_training.exceptions import InvalidInput

_NOT_ACTIVE = Answer(False, "the bridge is not active")


class EpisodeServer:
    """Offers Episodes to clients.

    Nothing here waits: the action's answer and that of `~/go_to_start_pose` are futures which the bridge's tick
    fulfils, so that its deadlines are kept meanwhile.

    Args:
        node: The bridge.
        group: The bridge's callback group; the core sees one event at a time.
        core: Returns the bridge's core while the bridge is active.
        refusal: Returns why motion must not be allowed now, or None.
        settings: Returns the settings in force.
        send_stop: Sends a stop to the driver.
        clock: The bridge's clock, seconds.
    """

    def __init__(
        self,
        node: LifecycleNode,
        group: CallbackGroup,
        core: Callable[[], BridgeCore | None],
        refusal: Callable[[], str | None],
        settings: Callable[[], EpisodeSettings],
        send_stop: Callable[[Stop], None],
        clock: Callable[[], float],
    ) -> None:
        self._logger = node.get_logger()
        self._core, self._refusal, self._clock = core, refusal, clock
        self._episodes = Episodes(settings, send_stop)
        self._plan: EpisodePlan | None = None
        self._goal: ServerGoalHandle | None = None
        self._result: Future | None = None
        self._feedback: FeedbackPublisher | None = None
        self._asked: list[Future] = []
        self._start: Future | None = None
        self._server = ActionServer(
            node, RunEpisode, "~/run_episode", _never, callback_group=group, goal_callback=self._on_goal,
            handle_accepted_callback=self._on_accepted, cancel_callback=self._on_cancel,
        )  # fmt: skip
        episodes = self._episodes
        services: dict[str, Callable[[BridgeCore, float], Answer]] = {
            "pause": episodes.pause,
            "resume": self._resume,
            "stop": episodes.stop,
            "end_episode": lambda _, now_s: episodes.end_episode(now_s),
            "set_start_place": lambda core, _: episodes.set_start_place(core),
        }
        for name, answer in services.items():
            node.create_service(Trigger, f"~/{name}", self._service(answer), callback_group=group)
        # Answered when the pose is reached; in the bridge's own group that would keep the tick from running.
        node.create_service(
            Trigger, "~/go_to_start_pose", self._go_to_start_pose, callback_group=ReentrantCallbackGroup()
        )

    @property
    def description(self) -> str:
        """What is under way, in a few words."""
        return self._episodes.description

    def acted(self, action: PolicyAction, has_moved: bool) -> None:
        """Take an action of the policy, after the core took it.

        Args:
            action: The action.
            has_moved: Whether the core answered it with a motion.
        """
        core = self._core()
        if core is not None:
            self._episodes.acted(core, has_moved)
            self._episodes.tick(core, self._clock())  # several actions may come between two ticks; none is too many
        if self._feedback is not None:
            self._feedback.saw(action)

    def tick(self) -> None:
        """Let an episode or a motion to the start pose go on; call after the core's tick."""
        core, now_s = self._core(), self._clock()
        if core is None:
            return
        while self._asked:
            self._begin_start(self._asked.pop(0), now_s)
        self._episodes.tick(core, now_s)
        if self._feedback is not None and self._episodes.episode is not None:
            self._feedback.tick(self._episodes.episode, now_s)
        self._answer()

    def abort(self, reason: str) -> None:
        """End whatever is under way: the bridge ends."""
        while self._asked:
            self._asked.pop(0).set_result(Answer(False, reason))
        self._episodes.finish("aborted", reason, self._clock())
        self._answer()

    def _on_goal(self, goal: RunEpisode.Goal) -> GoalResponse:
        try:
            self._plan = self._episodes.plan(_request(goal), self._allowed_core())
        except InvalidInput as error:
            self._logger.error(f"episode refused: {error}")
            return GoalResponse.REJECT
        return GoalResponse.ACCEPT

    def _on_accepted(self, goal: ServerGoalHandle) -> None:
        core, plan = self._core(), self._plan
        assert core is not None  # _on_goal saw to both, a moment ago
        assert plan is not None
        result = Future()
        self._goal, self._result, self._feedback = goal, result, FeedbackPublisher(goal)
        self._episodes.begin(plan, core, self._clock())
        start = "" if plan.stages is None else f"to the start pose with an offset of {plan.offset_m:+.3f} m, then "
        self._logger.info(
            f"episode begins: {start}at most {plan.limits.max_steps} steps and {plan.limits.max_time_s:g} s"
        )

        async def wait_for_result(_: ServerGoalHandle) -> Any:
            return await result

        goal.execute(wait_for_result)  # the executor may come to it when the episode is over already

    def _on_cancel(self, goal: ServerGoalHandle) -> CancelResponse:
        if self._goal is None or goal.goal_id != self._goal.goal_id:
            return CancelResponse.REJECT
        # The robot stops now; the goal is answered by the next tick, when its state is "canceling".
        self._episodes.finish("canceled", "the client canceled it", self._clock())
        return CancelResponse.ACCEPT

    def _allowed_core(self) -> BridgeCore:
        """Return the core where motion may be allowed.

        Raises:
            InvalidInput: If it must not.
        """
        core = self._core()
        if core is None:
            raise InvalidInput(_NOT_ACTIVE.message)
        refusal = self._refusal()
        if refusal:
            raise InvalidInput(refusal)
        return core

    def _begin_start(self, asked: Future, now_s: float) -> None:
        try:
            self._episodes.begin_start(self._allowed_core(), now_s)
            self._start = asked
        except InvalidInput as error:
            asked.set_result(Answer(False, str(error)))

    def _answer(self) -> None:
        """Tell the clients what has ended."""
        answer = self._episodes.take_start_answer()
        if answer is not None and self._start is not None:
            self._start.set_result(answer)
            self._start = None
        episode, goal, result, plan = self._episodes.take_ended(), self._goal, self._result, self._plan
        if episode is None or episode.end is None or goal is None or result is None or plan is None:
            return
        self._goal = self._result = self._feedback = None
        end = episode.end
        success = end.outcome == "succeeded"
        finish = goal.succeed if success else goal.canceled if goal.is_cancel_requested else goal.abort
        finish()
        self._logger.info(f"episode {end.outcome} after {episode.steps} steps: {end.reason}")
        result.set_result(
            RunEpisode.Result(
                success=success,
                reason=end.reason,
                steps=episode.steps,
                time_s=episode.time_s,
                start_offset_m=plan.offset_m,
            )
        )

    def _service(self, answer: Callable[[BridgeCore, float], Answer]) -> Callable[[Any, Any], Any]:
        def serve(_: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
            core = self._core()
            response.success, response.message = _NOT_ACTIVE if core is None else answer(core, self._clock())
            self._answer()
            return response

        return serve

    def _resume(self, core: BridgeCore, now_s: float) -> Answer:
        refusal = self._refusal()
        return Answer(False, refusal) if refusal else self._episodes.resume(core, now_s)

    async def _go_to_start_pose(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        answer = _NOT_ACTIVE
        if self._core() is not None:
            asked = Future()
            self._asked.append(asked)
            answer = await asked
        response.success, response.message = answer
        return response


def _never(_: ServerGoalHandle) -> RunEpisode.Result:
    """Stand in for what each goal brings along itself (see _on_accepted)."""
    raise AssertionError("a goal was executed without its own callback")


def _request(goal: RunEpisode.Goal) -> EpisodeRequest:
    return EpisodeRequest(
        go_to_start_pose=goal.go_to_start_pose,
        lateral_offset_range_m=goal.lateral_offset_range_m,
        seed=goal.seed,
        max_steps=goal.max_steps,
        max_time_s=goal.max_time_s,
    )
