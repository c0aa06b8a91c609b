"""What all our lifecycle nodes share: logged transitions, autostart, and an orderly end on Ctrl-C."""

from __future__ import annotations

import gc
import sys
import traceback
from collections.abc import Callable, Sequence

import rclpy
from rclpy.exceptions import InvalidParameterValueException, ParameterException
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.signals import SignalHandlerOptions

from vinn_ros.exit_status import CANNOT_START
from vinn_ros.parameters import NodeParameters, ParameterSpec, Values
from vinn_ros.stop_request import StopRequest
from vinn_ros.transport import use_profile
from vinn_training.exceptions import VinnError

#: Rounds of the executor after the last stop, in which a client of an action hears how it ended.
_LAST_WORDS = 5

AUTOSTART = ParameterSpec(
    "autostart", False, "Configure and activate the node by itself at start; false leaves that to a lifecycle manager."
)


class BaseLifecycleNode(LifecycleNode):
    """A lifecycle node whose subclasses implement the transitions as plain methods.

    Subclasses override `configure`, `activate`, `deactivate` and `cleanup`. A VinnError raised in one is
    a user's mistake: it is logged as one line and the transition fails, the node lives on. Any other
    exception is a bug: it is logged with its traceback, and the transition fails as well
    (rclpy would swallow it).

    Args:
        name: Node name.
        parameters: The node's parameters; `autostart` is added.
    """

    def __init__(self, name: str, parameters: Sequence[ParameterSpec]) -> None:
        super().__init__(name)
        self.parameters = NodeParameters(self, (AUTOSTART, *parameters), self.apply_parameters)
        self.is_active = False
        self.stop_request: StopRequest | None = None
        self._autostart_timer = self.create_timer(0.0, self._autostart) if self.parameters["autostart"] else None

    def configure(self) -> None:
        """Load what the node needs."""

    def activate(self) -> None:
        """Start to answer inputs."""

    def deactivate(self) -> None:
        """Stop to answer inputs; must leave the robot at rest."""

    def cleanup(self) -> None:
        """Release what configure loaded."""

    def apply_parameters(self, values: Values) -> None:
        """Put changed live parameters into effect, or raise VinnError to refuse them."""

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        if self.stop_request is not None:
            self.stop_request.at_once = True  # loading takes seconds, in which nothing moves
        try:
            result = self._transition("configure", self.configure)
            _keep_what_is_loaded()
            return result
        finally:
            if self.stop_request is not None:
                self.stop_request.at_once = False

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        result = super().on_activate(state)  # opens the lifecycle publishers
        if result == TransitionCallbackReturn.SUCCESS:
            result = self._transition("activate", self.activate)
        self.is_active = result == TransitionCallbackReturn.SUCCESS
        if self.is_active:
            self.get_logger().info("active")
        return result

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        self.is_active = False
        result = self._transition("deactivate", self.deactivate)  # before its publishers close
        super().on_deactivate(state)
        return result

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        result = self._transition("clean up", self.cleanup)
        _keep_what_is_loaded()  # of the other nodes in this process
        return result

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        self.stop()
        return TransitionCallbackReturn.SUCCESS

    def stop(self) -> None:
        """Leave the active state if in it; called at the end of the process too."""
        if self.is_active:
            self.is_active = False
            self._transition("deactivate", self.deactivate)

    def _transition(self, verb: str, action: Callable[[], None]) -> TransitionCallbackReturn:
        try:
            action()
        except VinnError as error:
            self.get_logger().error(f"cannot {verb}: {error}")
            return TransitionCallbackReturn.FAILURE
        except Exception:
            self.get_logger().error(f"cannot {verb}, a bug:\n{traceback.format_exc()}")
            return TransitionCallbackReturn.FAILURE
        return TransitionCallbackReturn.SUCCESS

    def _autostart(self) -> None:
        assert self._autostart_timer is not None
        self._autostart_timer.cancel()
        if self.trigger_configure() == TransitionCallbackReturn.SUCCESS:
            self.trigger_activate()


def _keep_what_is_loaded() -> None:
    """Drop what nobody has any more, and keep Python's garbage collections from looking through all the rest.

    What is loaded stays. Full collections would look through all of it, again and again, while no callback runs: 10 ms
    in the policy, 160 ms where torch is loaded.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def run_node(create: Callable[[], BaseLifecycleNode], stop: StopRequest) -> int:
    """Run a node until it is asked to stop, and return the process's exit status; see `run_nodes`."""
    return run_nodes(lambda: (create(),), stop)


def run_nodes(create: Callable[[], Sequence[BaseLifecycleNode]], stop: StopRequest) -> int:
    """Run nodes in one executor until they are asked to stop, and return the process's exit status.

    rclpy's own signal handler closes the context at once, after which no stop can be commanded; `stop`
    ends the loop first, so that `deactivate` still reaches the robot.

    Args:
        create: Makes the nodes; called after rclpy was initialised.
        stop: Set by Ctrl-C or SIGTERM.
    """
    use_profile()
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    executor = SingleThreadedExecutor()
    try:
        nodes = create()
    except (VinnError, InvalidParameterValueException, ParameterException) as error:
        print(f"cannot start: {error}", file=sys.stderr)
        rclpy.try_shutdown()
        return CANNOT_START
    for node in nodes:
        executor.add_node(node)
        node.stop_request = stop
    stop.at_once = False
    try:
        while rclpy.ok() and not stop.is_set():
            executor.spin_once(timeout_sec=0.1)
    except (ExternalShutdownException, SystemExit):
        pass
    finally:
        stop.at_once = False
        for node in nodes:
            node.stop()
        for _ in range(_LAST_WORDS):
            executor.spin_once(timeout_sec=0.02)
        for node in nodes:
            executor.remove_node(node)
        executor.shutdown(timeout_sec=1.0)
        for node in nodes:
            node.destroy_node()
        rclpy.try_shutdown()
    return 0
