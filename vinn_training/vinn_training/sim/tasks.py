"""The tasks by name."""

from __future__ import annotations

from typing import Any, Literal

from vinn_training.exceptions import InvalidInput
from vinn_training.sim.door_task import DoorTask
from vinn_training.sim.push_task import PushTask
from vinn_training.sim.stack_task import StackTask
from vinn_training.sim.task import Task

TaskName = Literal["door", "push", "stack"]

TASKS: dict[str, Task[Any, Any]] = {task.name: task for task in (DoorTask(), PushTask(), StackTask())}


def task_named(name: str) -> Task[Any, Any]:
    """Return a task by its name.

    Raises:
        InvalidInput: If there is none; the message lists the names.
    """
    if name not in TASKS:
        raise InvalidInput(f"unknown task '{name}'; expected one of: {', '.join(TASKS)}")
    return TASKS[name]
