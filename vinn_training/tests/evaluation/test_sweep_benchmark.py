import pytest

from vinn_training.evaluation.sweep_benchmark import benchmark, k_sweep_row


def test_both_ways_agree_on_small_data() -> None:
    result = benchmark(rows=60, queries=8, size=16, max_k=6, plain_queries=8)
    assert result["largest_mse_difference"] < 1e-5
    assert result["ours_s"] > 0


def test_the_row_says_what_the_peer_is_and_that_it_was_scaled() -> None:
    row = k_sweep_row(repetitions=2, quick=True)
    assert (row.row, row.unit, row.repetitions) == ("k_sweep", "ms", 2)
    assert "run on 2 of 8 queries and scaled" in row.peer_name
    assert row.ratio == pytest.approx(row.peer / row.ours, rel=0.02)


@pytest.mark.full
def test_the_door_tasks_size_is_eighty_times_faster() -> None:
    result = benchmark()
    assert result["largest_mse_difference"] < 1e-5
    assert result["speedup"] >= 80
