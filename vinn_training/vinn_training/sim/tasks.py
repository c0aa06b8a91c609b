"""The tasks by name."""

from __future__ import annotations

from typing import Any, Literal

from vinn_training.exceptions import InvalidInput
from vinn_training.sim.door_task import DoorTask
from vinn_training.sim.push_task import PushTask
from vinn_training.sim.scene import Hinges
from vinn_training.sim.stack_task import StackTask
from vinn_training.sim.task import Task

TaskName = Literal["door", "push", "stack"]

TASKS: dict[str, Task[Any, Any]] = {task.name: task for task in (DoorTask(), PushTask(), StackTask())}


def task_named(name: str, hinges: Hinges = "right") -> Task[Any, Any]:
    """Return a task by its name.

    Args:
        name: Of the task.
        hinges: Of the doors; the other tasks have none.

    Raises:
        InvalidInput: If there is no such task (the message lists the names), or it has no hinge on another side.
    """
    if name not in TASKS:
        raise InvalidInput(f"unknown task '{name}'; expected one of: {', '.join(TASKS)}")
    if hinges == "right":
        return TASKS[name]
    if name != "door":
        raise InvalidInput(f"hinge is '{hinges}' for the task '{name}', which has no door; expected it with door only")
    return DoorTask(hinges)
