import pytest

pytest.importorskip("torch")

from vinn_training.evaluation.methods import METHODS
from vinn_training.evaluation.table3_sizes import COLUMNS, SIZES, TaskSize
from vinn_training.exceptions import InvalidInput


def test_the_nine_columns_of_the_paper_are_there() -> None:
    assert len(set(COLUMNS) - {"untrained"}) == 9
    assert set(COLUMNS) <= set(METHODS)


def test_the_door_has_the_papers_numbers_of_demonstrations_in_both_sizes() -> None:
    assert {size.tasks["door"] for size in SIZES.values()} == {TaskSize(71, 21)}
    assert all(len(size.tasks) == 3 for size in SIZES.values())


def test_a_task_needs_both_sides() -> None:
    with pytest.raises(InvalidInput, match="3 demonstrations to learn from and 0 to test on"):
        TaskSize(3, 0)
