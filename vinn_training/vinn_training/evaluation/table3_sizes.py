"""How large Table III is made: tasks, demonstrations, preset and pretraining."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vinn_training.evaluation.paper_table import TABLE_3
from vinn_training.exceptions import InvalidInput

#: The paper's nine columns, and random weights as a control.
COLUMNS = (*TABLE_3["door"], "untrained")
#: Name of the weights that `vinn pretrain` makes in simulation.
IN_DOMAIN = "in-domain"
IMAGENET = "imagenet"


@dataclass(frozen=True)
class TaskSize:
    """How many demonstrations a task has.

    Attributes:
        training: To learn from.
        test: To test on.

    Raises:
        InvalidInput: If there is none of either.
    """

    training: int
    test: int

    def __post_init__(self) -> None:
        if self.training < 1 or self.test < 1:
            raise InvalidInput(
                f"{self.training} demonstrations to learn from and {self.test} to test on; expected one or more of each"
            )


@dataclass(frozen=True)
class Size:
    """How much of everything.

    Attributes:
        preset: Of `vinn train` and `vinn evaluate`.
        pretrained: Weights that encoders start from: in-domain or imagenet.
        tasks: Demonstrations by task of `vinn simulate`.
    """

    preset: str
    pretrained: str
    tasks: Mapping[str, TaskSize]


#: The paper's tasks, as `vinn simulate` names them.
TASKS = ("door", "push", "stack")
_PAPER_TASK = TaskSize(71, 21)
SIZES = {
    "paper": Size("paper", IMAGENET, dict.fromkeys(TASKS, _PAPER_TASK)),
    "small": Size("small", IN_DOMAIN, {"door": _PAPER_TASK, "push": TaskSize(36, 12), "stack": TaskSize(36, 12)}),
}
