import pytest

from vinn_training.evaluation.episode_score import EpisodeScore
from vinn_training.evaluation.evaluate import EvaluationResult
from vinn_training.evaluation.table3 import merge, statements, table3
from vinn_training.exceptions import InvalidInput

MSE = {"vinn": 0.2, "random": 0.6, "open-loop": 0.1, "imagenet": 0.3}


def _result(seeds: tuple[int, ...] = (0, 1), task: str = "door") -> EvaluationResult:
    scores = [
        EpisodeScore(task, method, seed, f"d{index}", 10, 10 * mse + seed, 10 * mse, 1.0, 10, 9, 1, (1,), 0)
        for method, mse in MSE.items()
        for seed in seeds
        for index in range(3)
    ]
    data = {"task": task, "source": "", "training_demonstrations": 5, "training_frames": 50,
            "test_demonstrations": 3, "test_frames": 30, "test_frames_at_rest": 4}  # fmt: skip
    started = {"vinn": "in-domain", "imagenet": "in-domain", "random": "none", "open-loop": "none"}
    return EvaluationResult(scores, [], [], [data], started)


def test_rows_have_the_promised_keys() -> None:
    rows = {row["method"]: row for row in table3(_result())["rows"]}
    vinn = rows["vinn"]
    assert {"task", "method", "pretraining", "mse_mean", "mse_std", "seeds", "n_test_frames"} <= set(vinn)
    assert (vinn["pretraining"], rows["random"]["pretraining"]) == ("in-domain", "none")
    assert (vinn["seeds"], vinn["seed_list"], vinn["n_test_frames"]) == (2, [0, 1], 30)
    assert vinn["mse_mean"] == pytest.approx((0.2 + 0.3) / 2)
    assert vinn["mse_std"] == pytest.approx(0.1 / 2**0.5)
    assert vinn["paper_mse"] == 0.092


def test_a_task_that_the_paper_lacks_has_no_number_of_it() -> None:
    result = _result(task="dishes")
    assert {row["paper_mse"] for row in table3(result)["rows"]} == {None}
    assert not [line for line in statements(result) if "orders" in line]


def test_statements_name_what_holds_and_what_does_not() -> None:
    lines = statements(_result())
    assert any("VINN's MSE is below that of random" in line and "95 % interval" in line for line in lines)
    assert any("VINN's MSE is above that of open loop" in line for line in lines)
    assert any(
        "of 6 pairs that the paper orders, 4 hold, 2 are reversed, 0 are not separated" in line for line in lines
    )
    reversed_line = next(line for line in lines if "orderings are reversed" in line)
    assert "VINN before open loop" in reversed_line
    assert "in-domain pretraining + NN before open loop" in reversed_line  # not called ImageNet's


def test_evaluations_of_seeds_and_tasks_go_together() -> None:
    parts = [_result((seed,), task).to_dict() for seed in (0, 1) for task in ("door", "push")]
    whole = merge(parts)
    assert whole.to_dict()["table"][:4] == _result().to_dict()["table"]
    assert [item["task"] for item in whole.data] == ["door", "push"]
    assert whole.pretraining["vinn"] == "in-domain"


def test_what_cannot_be_merged_is_said() -> None:
    with pytest.raises(InvalidInput, match="no evaluations"):
        merge([])
    with pytest.raises(InvalidInput, match="lacks 'left_out'"):
        merge([{"demonstrations": []}])
