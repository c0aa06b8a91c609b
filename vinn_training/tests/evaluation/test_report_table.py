from pathlib import Path

import pytest

pytest.importorskip("matplotlib")

from vinn_training.evaluation.episode_score import EpisodeScore
from vinn_training.evaluation.evaluate import EvaluationResult
from vinn_training.evaluation.report_table import evaluation_section


def test_table_iii_has_a_row_a_method_and_a_column_a_task() -> None:
    scores = [
        EpisodeScore(task, method, seed, "d0", 10, 10 * mse + seed, 10 * mse, 1.0, 10, 9, 0, (), 0)
        for task, method, mse in (("door", "vinn", 0.2), ("door", "imagenet", 0.3), ("method", "vinn", 0.5))
        for seed in (0, 1)
    ]
    data = [
        {"task": task, "source": "", "training_demonstrations": 5, "training_frames": 50, "test_demonstrations": 1,
         "test_frames": 10, "test_frames_at_rest": 0}
        for task in ("door", "method")
    ]  # fmt: skip
    result = EvaluationResult(scores, [], [], data, {"vinn": "in-domain", "imagenet": "in-domain"})
    page = evaluation_section(Path(), result.to_dict() | {"seeds": [0, 1], "preset": "small"})
    assert "<th></th><th>door</th><th>method</th>" in page
    assert "<td>VINN</td><td>0.2500 ± 0.0707</td><td>0.5500 ± 0.0707</td>" in page
    assert "<td>in-domain pretraining + NN</td><td>0.3500 ± 0.0707</td><td>-</td>" in page
    assert "of 1 pairs that the paper orders, 1 hold" in page
