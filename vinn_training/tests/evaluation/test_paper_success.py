from vinn_training.evaluation.paper_success import TABLE_1, TABLE_2, paper_rate
from vinn_training.sim.scene import CONDITIONS


def test_the_papers_numbers_stand_in_their_cells() -> None:
    assert paper_rate("I", "vinn", "training", "right", "none") == (80.0, 80.0)
    assert paper_rate("I", "bc-rep", "training", "right", "none") == (56.7, 53.3)
    assert paper_rate("I", "vinn", "held-out", "right", "none") == (None, 40.0)
    assert paper_rate("II", "vinn", "training", "right", "signs-one-bin") == (None, 50.0)


def test_what_the_paper_did_not_try_has_no_number() -> None:
    assert paper_rate("I", "random", "training", "right", "none") is None
    assert paper_rate("I", "bc-rep", "held-out", "right", "none") is None
    assert paper_rate("I", "vinn", "training", "left", "none") is None
    assert paper_rate("II", "vinn", "held-out", "right", "signs") is None


def test_conditions_are_those_of_the_simulation() -> None:
    assert TABLE_2.keys() == CONDITIONS.keys()
    assert all(opened <= grasped for grasped, opened in TABLE_1.values())
