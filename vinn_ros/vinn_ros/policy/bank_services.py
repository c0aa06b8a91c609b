"""ROS's end of a bank that changes while it is asked: services under `~/bank`, and the topic `bank`."""

from __future__ import annotations

import queue
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple

from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.lifecycle import LifecycleNode
from rclpy.task import Future

from vinn_msgs.msg import BankState
from vinn_msgs.srv import AddDemonstration, RollBackBank, SaveBank, SetDemonstration
from vinn_ros import qos
from vinn_ros.conversions import bank_state_to_message
from vinn_ros.policy.bank_keeper import BankKeeper, Outcome
from vinn_ros.policy.bank_worker import disk_problem
from vinn_ros.policy.worker_process import WorkerProcess
from vinn_training.bank.bank_version import BankVersion
from vinn_training.bank.bundle import Bundle
from vinn_training.bank.index import Index
from vinn_training.exceptions import VinnError
from vinn_training.policy.vinn_policy import VinnPolicy


class _Answer(NamedTuple):
    success: bool
    message: str
    version: int = 0
    bank_id: str = ""


class BankServices:
    """Offers a `BankKeeper` to clients, and publishes its versions.

    Requests are worked on in two threads, one of which may wait for the worker process; the executor's own thread, in
    which embeddings are answered, waits for neither.

    Args:
        node: The policy.
    """

    def __init__(self, node: LifecycleNode) -> None:
        self._node = node
        self._logger = node.get_logger()
        self._keeper: BankKeeper | None = None
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="bank")
        self._answers: queue.SimpleQueue[tuple[Future, _Answer]] = queue.SimpleQueue()
        self._wake = node.create_guard_condition(self._hand_out)
        # A plain publisher: what the bank is must be known while the node is inactive, too.
        self._states = node.create_publisher(BankState, "bank", qos.LATCHED)
        services: tuple[tuple[Any, str, Callable[[BankKeeper, Any], Outcome]], ...] = (
            (AddDemonstration, "add_demonstration", lambda keeper, asked: keeper.add(asked.path, asked.name)),
            (
                SetDemonstration,
                "set_demonstration",
                lambda keeper, asked: keeper.set_enabled(asked.name, asked.enabled),
            ),
            (SaveBank, "save", lambda keeper, asked: keeper.save(asked.path)),
            (RollBackBank, "roll_back", lambda keeper, asked: keeper.roll_back(asked.version)),
        )
        # Answered when the work is done: in the node's own group that would keep embeddings from being heard.
        group = ReentrantCallbackGroup()
        for kind, name, ask in services:
            node.create_service(kind, f"~/bank/{name}", self._service(name, ask), callback_group=group)

    @property
    def keeper(self) -> BankKeeper | None:
        """Keeps the bank that is asked; None where the policy has none."""
        return self._keeper

    def begin(self, bundle: Bundle, policy: VinnPolicy, index: Index) -> None:
        """Let `policy` ask the versions of a bundle's bank from now on, and publish them.

        Raises:
            VinnError: If the index is of another bank.
        """
        worker = WorkerProcess(bundle.path, bundle.bank.bank_id)
        self._keeper = BankKeeper(bundle, policy, index, worker, self._publish)

    def end(self) -> None:
        """Forget the bank; requests that are under way are refused."""
        if self._keeper is None:
            return
        keeper, self._keeper = self._keeper, None
        if keeper.has_unsaved:
            version = keeper.current
            self._logger.warning(
                f"version {version.version} of the bank ({version.bank_id}) was not saved and is forgotten"
            )
        keeper.close()
        if self._node.context.ok():
            self._states.publish(BankState())

    def close(self) -> None:
        """End at the end of the node; requests that wait are refused, too, and not left without an answer."""
        self.end()
        self._threads.shutdown(wait=True)

    def report(self) -> dict[str, object]:
        """Return what /diagnostics says of the bank."""
        keeper = self._keeper
        if keeper is None:
            return {"bank_id": "", "encoder_id": ""}
        bank = keeper.current
        return {
            "bank_id": bank.bank_id,
            "bank_version": bank.version,
            "bank_work": keeper.work,
            "disabled": ", ".join(bank.disabled),
            "encoder_id": bank.encoder_id,
        }

    def _service(self, name: str, ask: Callable[[BankKeeper, Any], Outcome]) -> Callable[[Any, Any], Any]:
        async def serve(request: Any, response: Any) -> Any:
            answer = _Answer(False, self._no_bank())
            keeper = self._keeper
            if keeper is not None:
                answered = Future()
                self._threads.submit(self._work, keeper, partial(ask, keeper, request), answered)
                answer = await answered
            if answer.success:
                self._logger.info(f"bank/{name}: {answer.message}")
            else:  # a line of its own: rclpy raises where one place logs with different severities
                self._logger.error(f"bank/{name} refused: {answer.message}")
            response.success, response.message = answer.success, answer.message
            response.version, response.bank_id = answer.version, answer.bank_id
            return response

        return serve

    def _work(self, keeper: BankKeeper, ask: Callable[[], Outcome], answered: Future) -> None:
        """Do what was asked, in one of our threads, and hand the answer to the executor's."""
        try:
            version, message = ask()
            answer = _Answer(True, message, version.version, version.bank_id)
        except Exception as error:
            answer = _Answer(False, self._problem(error), keeper.current.version, keeper.current.bank_id)
        self._answers.put((answered, answer))
        self._wake.trigger()

    def _problem(self, error: Exception) -> str:
        if isinstance(error, VinnError):
            return str(error)
        if isinstance(error, OSError):
            return disk_problem(error)
        self._logger.error(f"a bug while changing the bank:\n{traceback.format_exc()}")
        return f"{type(error).__name__}: {error} (a bug; please report it with the policy's output)"

    def _no_bank(self) -> str:
        name = self._node.get_fully_qualified_name()
        return f"the policy has no bank; configure it first: ros2 lifecycle set {name} configure"

    def _hand_out(self) -> None:
        while not self._answers.empty():
            answered, answer = self._answers.get()
            answered.set_result(answer)

    def _publish(self, version: BankVersion, change: str, versions: tuple[int, ...]) -> None:
        self._states.publish(bank_state_to_message(version, change, versions))
