import pytest

from vinn_training.evaluation.sweep_benchmark import benchmark


def test_both_ways_agree_on_small_data() -> None:
    result = benchmark(rows=60, queries=8, size=16, max_k=6, plain_queries=8)
    assert result["largest_mse_difference"] < 1e-5
    assert result["ours_s"] > 0


@pytest.mark.full
def test_the_door_tasks_size_is_eighty_times_faster() -> None:
    result = benchmark()
    assert result["largest_mse_difference"] < 1e-5
    assert result["speedup"] >= 80
