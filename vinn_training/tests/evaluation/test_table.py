import numpy as np
import pytest

from vinn_training.evaluation.episode_score import EpisodeScore
from vinn_training.evaluation.table import comparisons, orderings, summaries, summarise
from vinn_training.exceptions import InvalidInput


def _score(method: str, seed: int, name: str, mse: float, frames: int = 10, task: str = "door") -> EpisodeScore:
    return EpisodeScore(
        task, method, seed, name, frames, mse * frames, mse * frames / 2, 0.1 * frames, frames, frames - 1, 1, (2,), 1
    )


def test_mean_and_spread_over_seeds_are_of_frames_not_of_demonstrations() -> None:
    scores = [_score("vinn", 0, "a", 0.1, 30), _score("vinn", 0, "b", 0.5, 10),
              _score("vinn", 1, "a", 0.2, 30), _score("vinn", 1, "b", 0.6, 10)]  # fmt: skip
    row = summarise(scores)
    assert row.mse == pytest.approx(0.25)  # seeds: 0.2 and 0.3
    assert row.mse_std == pytest.approx(np.std([0.2, 0.3], ddof=1))
    assert row.mse_unit == pytest.approx(0.125)
    assert row.mse_low <= row.mse <= row.mse_high
    assert (row.seeds, row.test_demonstrations, row.events, row.events_found) == (2, 2, 4, 1.0)
    assert row.gripper_accuracy == pytest.approx(76 / 80)
    assert (row.event_late_frames, row.event_off_frames) == (2, 2)


def test_one_seed_has_no_spread() -> None:
    assert summarise([_score("vinn", 0, "a", 0.1)]).mse_std == 0.0


def test_a_small_steady_difference_is_seen_through_large_differences_of_demonstrations() -> None:
    random = np.random.default_rng(0)
    levels = random.uniform(0.1, 1.0, 20)
    scores = [_score("vinn", 0, f"d{i}", level) for i, level in enumerate(levels)]
    scores += [_score("bc-rep", 0, f"d{i}", level + 0.01) for i, level in enumerate(levels)]
    scores += [_score("random", 0, f"d{i}", level + random.normal(0, 0.2)) for i, level in enumerate(levels)]
    found = {item.method: item for item in comparisons(scores, "vinn")}
    assert found["bc-rep"].difference == pytest.approx(0.01)
    assert found["bc-rep"].verdict == "reference better"
    assert found["random"].verdict == "not separated"
    assert comparisons(scores, "imagenet") == []


def test_orderings_of_the_paper_hold_reverse_or_stay_open() -> None:
    values = {"random": [0.6] * 4, "open-loop": [0.2] * 4, "vinn": [0.3, 0.3, 0.3, 0.3], "bc-rep": [0.2, 0.4] * 2}
    scores = [_score(m, 0, f"d{i}", value) for m, column in values.items() for i, value in enumerate(column)]
    verdicts = {(item.better, item.worse): item.verdict for item in orderings(scores)}
    assert len(verdicts) == 6
    assert verdicts["open-loop", "random"] == "holds"
    assert verdicts["vinn", "open-loop"] == "reversed"
    assert verdicts["vinn", "bc-rep"] == "not separated"
    assert orderings([_score("vinn", 0, "a", 0.1, task="dishes"), _score("random", 0, "a", 1.0, task="dishes")]) == []


def test_tasks_and_methods_are_kept_apart() -> None:
    scores = [_score("vinn", 0, "a", 0.1), _score("random", 0, "a", 0.6), _score("vinn", 0, "a", 0.3, task="push")]
    assert [(row.task, row.method, row.mse) for row in summaries(scores)] == [
        ("door", "vinn", pytest.approx(0.1)), ("door", "random", pytest.approx(0.6)),
        ("push", "vinn", pytest.approx(0.3)),
    ]  # fmt: skip
    with pytest.raises(InvalidInput, match="3 pairs"):
        summarise(scores)
