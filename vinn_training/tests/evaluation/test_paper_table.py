from vinn_training.evaluation.method_titles import TITLES
from vinn_training.evaluation.paper_table import TABLE_3, paper_task


def test_nine_columns_three_tasks_and_what_the_text_says_of_them() -> None:
    assert set(TABLE_3) == {"door", "stacking", "pushing"}
    for column in TABLE_3.values():
        assert len(column) == 9
        assert set(column) <= set(TITLES)
    assert min(TABLE_3["door"], key=TABLE_3["door"].__getitem__) == "vinn"
    assert min(TABLE_3["pushing"], key=TABLE_3["pushing"].__getitem__) == "vicreg"
    assert TABLE_3["stacking"]["implicit-bc"] > TABLE_3["stacking"]["random"]


def test_tasks_are_known_by_their_names() -> None:
    assert paper_task("sim_Door_71") == "door"
    assert paper_task("stack") == "stacking"
    assert paper_task("push_cubes") == "pushing"
    assert paper_task("dishes") is None
